//! An Indexed Job of Kubernetes: a pod a job, on a volume that all pods share.
//!
//! What the exit codes of the program mean stands in the policy for failed pods. A pod that was told to stop (3) and
//! one whose node goes are made anew, however often. Bad input (2) is as bad the next time, and fails the index at
//! once. Any other failure is tried again a few times.

use std::path::{Component, Path};

use super::jobs::{Jobs, quoted};
use crate::failure::Failure;

/// What the manifest takes from the cluster. An empty text stands for what was not given: Kubernetes refuses the
/// manifest then, and names the field.
pub struct Cluster<'a> {
    /// The container image.
    pub image: &'a str,
    /// The name of the persistent volume claim.
    pub claim: &'a str,
}

/// Where pods find the volume.
const FOLDER: &str = "/work";

/// Indexes of a Job that counts failures by the index.
const MOST_JOBS: usize = 100_000;

/// Pods at a time that the manifest asks for at most.
const PODS: usize = 100;

/// Characters of a name: with an index behind it, it must be a label of a host.
const NAME: usize = 40;

/// The manifest.
pub fn manifest(jobs: &Jobs, cluster: &Cluster) -> Result<String, Failure> {
    below(&jobs.out)?;
    below(&jobs.sweep)?;
    let (count, pack, mebibytes) = (jobs.count(), jobs.pack, jobs.mebibytes);
    if count > MOST_JOBS {
        let message = format!("{count} points are more than the {MOST_JOBS} that a Job of Kubernetes takes");
        return Err(Failure::input(message, "do several points in a pod with --pack"));
    }
    let (name, pods) = (name(&jobs.name), count.min(PODS));
    let [shell, option, call] = ["/bin/sh", "-c", &call(jobs)].map(|word| text(&literal(word)));
    let [image, claim] = [("--image IMAGE", cluster.image), ("--claim NAME", cluster.claim)].map(given);
    Ok(format!(
        "# Apply with kubectl apply --filename, from Kubernetes 1.29 on; deleted and applied again it does what is
# missing. The pod that finishes last writes the derived tables. The volume of the claim is the folder in which the
# paths below hold: it has the sweep file and the files that the sweep names. Pods on several nodes share it, so its
# access mode is ReadWriteMany.
apiVersion: batch/v1
kind: Job
metadata:
  name: {name}
spec:
  completionMode: Indexed
  completions: {count}
  parallelism: {pods}
  backoffLimitPerIndex: 3
  podFailurePolicy:
    rules:
      # The node goes, or needs room: the pod is made anew.
      - action: Ignore
        onPodConditions:
          - type: DisruptionTarget
            status: \"True\"
      # The program was told to stop, and the same call goes on.
      - action: Ignore
        onExitCodes:
          containerName: subcloud
          operator: In
          values: [3]
      # Bad input stays bad.
      - action: FailIndex
        onExitCodes:
          containerName: subcloud
          operator: In
          values: [2]
  template:
    spec:
      restartPolicy: Never
      terminationGracePeriodSeconds: 120
      containers:
        - name: subcloud
          image: {image}
          workingDir: {FOLDER}
          command:
            - {shell}
            - {option}
            - {call}
          resources:
            requests:
              cpu: {pack}
              memory: {mebibytes}Mi
            limits:
              memory: {mebibytes}Mi
          volumeMounts:
            - name: work
              mountPath: {FOLDER}
      volumes:
        - name: work
          persistentVolumeClaim:
            claimName: {claim}"
    ))
}

/// What the shell of a pod does.
fn call(jobs: &Jobs) -> String {
    let [lines, points] = jobs.choice();
    let (out, sweep, pack) = (quoted(&jobs.out), quoted(&jobs.sweep), jobs.pack);
    format!(
        "job=${{JOB_COMPLETION_INDEX:?this is for a pod of an Indexed Job}}\n{lines}\
         exec subcloud sweep --quiet --out={out} --threads {pack} {points} -- {sweep}"
    )
}

/// Refuses a path that pods cannot find on the volume.
fn below(path: &Path) -> Result<(), Failure> {
    if path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Ok(());
    }
    let message = format!("{} does not lie below this folder, which is all that pods see", path.display());
    Err(Failure::input(message, "call it in the folder that the volume of --claim holds, with paths below it"))
}

/// A name of letters, digits and dashes that begins and ends with a letter or a digit.
fn name(name: &str) -> String {
    let plain: String = name.chars().map(|c| if c == '_' { '-' } else { c.to_ascii_lowercase() }).take(NAME).collect();
    format!("subcloud-{}", plain.trim_matches('-')).trim_end_matches('-').to_owned()
}

/// A value that an option gives, or nothing with a remark that names the option.
fn given((option, value): (&str, &str)) -> String {
    if value.is_empty() { format!("\"\" # give {option}: Kubernetes refuses an empty one") } else { text(value) }
}

/// A word of a command as Kubernetes leaves it: `$(NAME)` would be a variable, and `$$` stands for a dollar sign.
fn literal(word: &str) -> String {
    word.replace('$', "$$")
}

/// A text as a scalar of YAML. All but printable ASCII is escaped, which every version of YAML reads alike.
fn text(value: &str) -> String {
    let mut quoted = String::from("\"");
    for c in value.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            ' '..='~' => quoted.push(c),
            _ => quoted.extend("\\U".chars().chain(format!("{:08x}", u32::from(c)).chars())),
        }
    }
    quoted + "\""
}
