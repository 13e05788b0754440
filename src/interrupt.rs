//! Interrupts: the first asks the work to stop at the next good place, the second ends the process at once.

use std::fmt;
use std::io::{IsTerminal, Write, stderr};
use std::process::exit;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::failure::Failure;

/// What is to be undone before the process ends at once, last thing first; `None` while it must not end.
type Undo = Option<Vec<Box<dyn FnOnce() + Send>>>;

/// Interrupts (SIGINT, SIGTERM, SIGHUP) from now on.
#[derive(Clone)]
pub struct Interrupts {
    stopped: Arc<AtomicBool>,
    undo: Arc<Mutex<Undo>>,
}

impl Interrupts {
    /// Catches interrupts; once a process.
    pub fn catch() -> Result<Self, Failure> {
        let caught = Self { stopped: Arc::default(), undo: Arc::new(Mutex::new(Some(Vec::new()))) };
        let handler = caught.clone();
        ctrlc::set_handler(move || handler.interrupt())
            .map_err(|error| Failure::run(format!("interrupts cannot be caught: {error}"), None))?;
        Ok(caught)
    }

    /// Whether the work is to stop.
    pub fn stopped(&self) -> &AtomicBool {
        &self.stopped
    }

    /// What undoes a step of the work, should the process end at once.
    pub fn on_end(&self, undo: impl FnOnce() + Send + 'static) {
        if let Some(all) = &mut *self.undo.lock().unwrap_or_else(PoisonError::into_inner) {
            all.push(Box::new(undo));
        }
    }

    /// The results are put in place: a second interrupt waits for that too, since half of it cannot be undone.
    pub fn wait(&self) {
        *self.undo.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn interrupt(&self) {
        if !self.stopped.swap(true, Ordering::Relaxed) {
            if stderr().is_terminal() {
                say("stopping; another interrupt ends this at once");
            }
            return;
        }
        let Some(all) = self.undo.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
        all.into_iter().rev().for_each(|undo| undo());
        say("interrupted twice: nothing unfinished is left");
        exit(1);
    }
}

/// Says something below a bar.
fn say(what: &str) {
    // A reader that has gone away is no failure.
    let _ = writeln!(stderr(), "\n{what}");
}

impl fmt::Debug for Interrupts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Interrupts").field("stopped", &self.stopped).finish_non_exhaustive()
    }
}
