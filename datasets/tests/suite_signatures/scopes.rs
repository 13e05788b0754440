//! What a certificate for some applications allows.

use datasets::suite::{Choice, CodeSettings, Description, Reason, Request, Suite, Verdict, beyond, verify};

use crate::fixture::{NOW, apps, certificate, grant, held, id, next, only, planner, rule, trusted, verdict};

/// What becomes of a change by a key that may change `chat` and `cache`.
fn change(change: impl FnOnce(&mut Suite)) -> Verdict {
    verdict(&next(change).signed(&planner(), Some(certificate(only(&["chat", "cache", "new"]), None)), id()))
}

/// Puts applications of these names in place of those held.
fn order(names: &[&str]) -> Verdict {
    change(|suite| suite.apps = apps(names))
}

const REFUSED: Verdict = Verdict::Rejected(Reason::OutOfScope);

#[test]
fn nothing_but_the_version_may_change() {
    assert_eq!(change(|_| ()), Verdict::Valid);
}

#[test]
fn everything_about_its_applications_may_change() {
    let one = |edit: fn(&mut datasets::suite::App)| change(|suite| edit(&mut suite.apps[1]));
    assert_eq!(one(|app| app.request = Request::Rest(2.0)), Verdict::Valid);
    assert_eq!(one(|app| app.choice = Choice::Bottom(1)), Verdict::Valid);
    assert_eq!(one(|app| app.min_nodes = Some(5)), Verdict::Valid);
    assert_eq!(
        one(|app| app.code = Some(CodeSettings { version: Some(2), ..CodeSettings::default() })),
        Verdict::Valid
    );
}

#[test]
fn nothing_about_other_applications_may_change() {
    let one = |edit: fn(&mut datasets::suite::App)| change(|suite| edit(&mut suite.apps[3]));
    assert_eq!(one(|app| app.request = Request::Nodes(1)), REFUSED);
    assert_eq!(one(|app| app.request = Request::Share(0.100_000_000_000_000_02)), REFUSED);
    assert_eq!(one(|app| app.choice = Choice::Top(1)), REFUSED);
    assert_eq!(one(|app| app.choice = Choice::Bottom(0)), REFUSED);
    assert_eq!(one(|app| app.choice = Choice::Random), REFUSED);
    assert_eq!(one(|app| app.min_nodes = Some(5)), REFUSED);
    assert_eq!(one(|app| app.min_means = vec![(0, 0.5)]), REFUSED);
    assert_eq!(one(|app| app.name = "recorders".to_owned()), REFUSED);
    assert_eq!(one(|app| app.code = Some(CodeSettings { version: Some(2), ..CodeSettings::default() })), REFUSED);
}

#[test]
fn rules_belong_to_the_application_that_carries_them() {
    let one = |place: usize, edit: fn(&mut Suite, usize)| change(|suite| edit(suite, place));
    let add = |suite: &mut Suite, place: usize| suite.apps[place].rules.push(rule("shed", "cache"));
    assert_eq!(one(1, add), Verdict::Valid);
    assert_eq!(one(0, add), REFUSED);
    // Who may change "chat" may not have it remove what belongs to others.
    let escape = |suite: &mut Suite, place: usize| suite.apps[place].rules.push(rule("shed", "monitoring"));
    assert_eq!(one(1, escape), REFUSED);
    let carried = next(|suite| suite.apps[0].rules.push(rule("shed", "chat")));
    let mut changed = carried.clone();
    changed.suite.apps[0].rules[0].epochs = 2;
    assert_eq!(beyond(&grant(only(&["chat"]), None), &changed, Some(&carried)), ["it changes \"monitoring\""]);
    let both = grant(only(&["chat", "monitoring"]), None);
    assert_eq!(beyond(&both, &changed, Some(&carried)), [""; 0]);
    let told = ["its rule \"shed\" removes \"chat\""];
    assert_eq!(beyond(&grant(only(&["monitoring"]), None), &changed, Some(&carried)), told);
}

#[test]
fn its_applications_may_go_and_others_may_not() {
    assert_eq!(order(&["monitoring", "cache", "recorder"]), Verdict::Valid);
    assert_eq!(order(&["monitoring", "recorder"]), Verdict::Valid);
    assert_eq!(order(&["monitoring", "chat", "cache"]), REFUSED);
}

#[test]
fn its_applications_may_come_after_all_others_and_others_may_not() {
    assert_eq!(order(&["monitoring", "chat", "cache", "recorder", "new"]), Verdict::Valid);
    assert_eq!(order(&["monitoring", "new", "chat", "cache", "recorder"]), REFUSED);
    assert_eq!(order(&["monitoring", "chat", "cache", "recorder", "other"]), REFUSED);
}

#[test]
fn its_applications_may_swap_and_move_past_no_other() {
    assert_eq!(order(&["monitoring", "cache", "chat", "recorder"]), Verdict::Valid);
    assert_eq!(order(&["chat", "monitoring", "cache", "recorder"]), REFUSED);
    assert_eq!(order(&["monitoring", "chat", "recorder", "cache"]), REFUSED);
    assert_eq!(order(&["recorder", "chat", "cache", "monitoring"]), REFUSED);
}

#[test]
fn the_moment_at_which_the_suite_expires_is_the_owners() {
    assert_eq!(change(|suite| suite.until = Some(NOW + 1000)), REFUSED);
}

#[test]
fn a_first_version_is_in_scope_if_all_its_applications_are() {
    let first = |names: &[&str]| {
        let version = next(|suite| suite.apps = apps(names));
        verify(&trusted(), &version.signed(&planner(), Some(certificate(only(&["chat"]), None)), id()), None, NOW)
    };
    assert_eq!(first(&["chat"]), Verdict::Valid);
    assert_eq!(first(&["chat", "cache"]), REFUSED);
}

#[test]
fn attributes_are_compared_by_name_and_not_by_index() {
    let signed = |version: Description| version.signed(&planner(), Some(certificate(only(&["chat"]), None)), id());
    let mut renumbered = next(|suite| suite.apps.iter_mut().for_each(|app| app.choice = Choice::Top(1)));
    renumbered.attributes = vec!["load".to_owned(), "availability".to_owned()];
    assert_eq!(verdict(&signed(renumbered)), Verdict::Valid);
    let mut renamed = next(|_| ());
    renamed.attributes = vec!["load".to_owned(), "availability".to_owned()];
    assert_eq!(verdict(&signed(renamed)), REFUSED);
}

#[test]
fn what_is_out_of_scope_is_told() {
    let told = |names: &[&str]| {
        let version = next(|suite| {
            suite.apps = apps(names);
            suite.until = Some(NOW + 1);
        });
        beyond(&grant(only(&["chat", "new"]), None), &version, Some(&held())).join(", ")
    };
    let until = "it changes `until`";
    assert_eq!(told(&["monitoring", "chat", "cache"]), format!("it removes \"recorder\", {until}"));
    assert_eq!(
        told(&["monitoring", "cache", "chat", "recorder", "other"]),
        format!("it adds \"other\", it moves \"chat\" past others, {until}")
    );
    assert_eq!(told(&["new", "monitoring", "cache", "recorder"]), format!("it adds \"new\" before others, {until}"));
    let swapped = next(|suite| suite.apps = apps(&["cache", "chat", "monitoring", "recorder"]));
    assert_eq!(beyond(&grant(only(&["chat"]), None), &swapped, Some(&held())), ["it reorders applications"]);
    let changed = next(|suite| suite.apps[0].min_nodes = Some(1));
    assert_eq!(beyond(&grant(only(&["chat"]), None), &changed, Some(&held())), ["it changes \"monitoring\""]);
}
