//! The table of the page on rights, row by row: each difference, signed by the owner and by two delegates.

use datasets::suite::layout::{Draw, Segment, WORDS};
use datasets::suite::{
    Action, Ceiling, Certificate, Choice, Description, Grant, PrivateKey, Request, Rule, Scope, Suite, Verdict, verify,
};

use crate::fixture::{NOW, apps, grant, held, id, next, only, owner, planner, rule, stranger, trusted};

const PAGE: &str = include_str!("../../src/suite/rights.md");

/// The rows of the table: a difference, and whether the owner, a delegate for everything, and one for some may make it.
fn rows() -> Vec<(String, [bool; 3])> {
    let cells = |line: &str| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let lines =
        PAGE.lines().filter(|line| line.starts_with("| ") && (line.contains("| yes ") || line.contains("| no ")));
    let row = |line: &str| {
        let cells = cells(line);
        let may = |cell: &String| match cell.as_str() {
            "yes" => true,
            "no" => false,
            other => panic!("{other} in {line}"),
        };
        (cells[1].clone(), [may(&cells[2]), may(&cells[3]), may(&cells[4])])
    };
    lines.map(row).collect()
}

/// A difference: what nodes hold, a version, and whether delegates may write rules.
struct Case {
    base: Description,
    version: Description,
    rules: bool,
}

impl Case {
    fn of(change: impl FnOnce(&mut Suite)) -> Self {
        Self { base: held(), version: next(change), rules: true }
    }

    /// The same from what nodes hold with something changed.
    fn from(before: impl Fn(&mut Suite), change: impl FnOnce(&mut Suite)) -> Self {
        let mut base = held();
        before(&mut base.suite);
        let version = next(|suite| {
            before(suite);
            change(suite);
        });
        Self { base, version, rules: true }
    }

    fn without_rules(self) -> Self {
        Self { rules: false, ..self }
    }

    fn is_taken(&self, key: &PrivateKey, scope: Option<Scope>) -> bool {
        let grant = |scope| Grant { key: key.public(), rules: self.rules, ..grant(scope, None) };
        let certificate = scope.map(|scope| Certificate::issue(&owner(), grant(scope)));
        let version = self.version.clone().signed(key, certificate, id());
        verify(&trusted(), &version, Some(&self.base), NOW) == Verdict::Valid
    }
}

/// "chat" up to a share of 0.2, and three without a ceiling. Of others are "monitoring" and "recorder".
fn some() -> Scope {
    let Scope::Apps(mut apps) = only(&["chat", "cache", "new"]) else { unreachable!("some applications") };
    apps.insert("chat".to_owned(), Ceiling { share: Some(0.2), nodes: None });
    Scope::Apps(apps)
}

/// A version with these words of a draw, an application's or nobody's up to an end in fifths, in place of others.
fn laid_out(runs: &[(&str, u64)]) -> Case {
    let draw = |runs: &[(&str, u64)]| {
        let run = |&(app, end): &(&str, u64)| Segment {
            app: Some(app.to_owned()).filter(|app| !app.is_empty()),
            end: WORDS * end / 5,
        };
        vec![Draw { segments: runs.iter().map(run).collect() }]
    };
    let before = [("recorder", 1), ("cache", 3), ("", 4), ("chat", 5)];
    let random = |suite: &mut Suite| suite.apps.iter_mut().for_each(|app| app.choice = Choice::Random);
    Case::from(
        |suite| {
            random(suite);
            suite.layout = draw(&before);
        },
        |suite| suite.layout = draw(runs),
    )
}

fn scale(by: f64, most: f64) -> Rule {
    Rule { action: Action::Scale { app: "chat".to_owned(), by, least: 0.0, most }, ..rule("more", "") }
}

fn case(difference: &str) -> Option<Case> {
    let order = |names: &'static [&str]| Case::of(move |suite| suite.apps = apps(names));
    let with_rule = |suite: &mut Suite| suite.apps[1].rules = vec![rule("shed", "monitoring")];
    Some(match difference {
        "a number that is not higher" => Case::of(|suite| suite.version = 1),
        "a number up to 1,000 higher" => Case::of(|suite| suite.version = 1001),
        "a number that is higher still" => Case::of(|suite| suite.version = 1002),
        "the moment `until`" => Case::of(|suite| suite.until = Some(NOW + 1)),
        "a key is revoked" => Case::of(|suite| suite.revoked = [stranger().public()].into()),
        "a key is revoked no more" => {
            Case::from(|suite| suite.revoked = [stranger().public()].into(), |suite| suite.revoked.clear())
        }
        "an application of others is changed" => Case::of(|suite| suite.apps[3].min_nodes = Some(1)),
        "an application of others is added" => order(&["monitoring", "chat", "cache", "recorder", "other"]),
        "an application of others is removed" => order(&["monitoring", "chat", "cache"]),
        "applications of others are reordered" => order(&["recorder", "chat", "cache", "monitoring"]),
        "an application is renamed to one of others" => Case::of(|suite| suite.apps[1].name.push('s')),
        "its application is changed within the ceiling" => {
            Case::of(|suite| suite.apps[1].request = Request::Share(0.2))
        }
        "its application asks for more than the ceiling" => {
            Case::of(|suite| suite.apps[1].request = Request::Share(0.200_000_000_000_000_04))
        }
        "its application asks in a unit without a ceiling" => {
            Case::of(|suite| suite.apps[1].request = Request::Nodes(1))
        }
        "its application above the ceiling asks for less" => Case::from(
            |suite| suite.apps[1].request = Request::Share(0.5),
            |suite| suite.apps[1].request = Request::Share(0.4),
        ),
        "its application is added after all others" => order(&["monitoring", "chat", "cache", "recorder", "new"]),
        "its application is added before others" => order(&["new", "monitoring", "chat", "cache", "recorder"]),
        "its application is moved past others" => order(&["monitoring", "cache", "recorder", "chat"]),
        "its applications that follow one another are reordered" => order(&["monitoring", "cache", "chat", "recorder"]),
        "its application is removed" => order(&["monitoring", "cache", "recorder"]),
        "words of an application of others are changed" => laid_out(&[("recorder", 2), ("", 5)]),
        "words of its applications change, or are nobody's" => {
            laid_out(&[("recorder", 1), ("cache", 2), ("", 3), ("cache", 4), ("", 5)])
        }
        "words are laid out of a draw that others share, and that the base does not lay out" => {
            let begun = laid_out(&[("cache", 2), ("", 5)]);
            Case { base: Description { suite: Suite { layout: Vec::new(), ..begun.base.suite }, ..held() }, ..begun }
        }
        "a layout in which others have words is left out" => {
            let mut case = laid_out(&[]);
            case.version.suite.layout.clear();
            case
        }
        "a layout in which others have no words is left out" => {
            let mut case = laid_out(&[]);
            case.base.suite.layout[0].segments[0].app = None;
            case.version.suite.layout.clear();
            case
        }
        "a rule is written that changes its application" => {
            Case::of(|suite| suite.apps[1].rules = vec![rule("shed", "cache"), scale(1.5, 0.2), scale(0.5, 1.0)])
        }
        "a rule is written that changes another application" => Case::of(with_rule),
        "a rule is written that may exceed the ceiling" => {
            Case::of(|suite| suite.apps[1].rules = vec![scale(1.0, 0.3)])
        }
        "a rule is written without the right to" => {
            Case::of(|suite| suite.apps[1].rules = vec![rule("shed", "cache")]).without_rules()
        }
        "a rule of its application is removed" => Case::from(with_rule, |suite| suite.apps[1].rules.clear()),
        "a rule is removed without the right to write any" => {
            Case::from(with_rule, |suite| suite.apps[1].rules.clear()).without_rules()
        }
        "a rule goes with its application" => Case::from(with_rule, |suite| drop(suite.apps.remove(1))).without_rules(),
        _ => return None,
    })
}

#[test]
fn each_row_of_the_page_is_true() {
    let rows = rows();
    assert_eq!(rows.len(), 32);
    for (difference, expected) in rows {
        let case = case(&difference).unwrap_or_else(|| panic!("no case for \"{difference}\""));
        let found = [
            case.is_taken(&owner(), None),
            case.is_taken(&planner(), Some(Scope::All)),
            case.is_taken(&planner(), Some(some())),
        ];
        assert_eq!(found, expected, "{difference}");
    }
}

#[test]
fn a_rule_counts_as_written_anew_where_the_unit_changes() {
    let asks = |suite: &mut Suite, request| suite.apps[2].request = request;
    let mut case = Case::from(
        |suite| {
            let action = Action::Scale { app: "cache".to_owned(), by: 2.0, least: 0.0, most: 1.0 };
            suite.apps[0].rules = vec![Rule { action, ..rule("more", "") }];
        },
        |suite| asks(suite, Request::Rest(1.0)),
    );
    assert!(case.is_taken(&owner(), None));
    // The rule is of others, and would do something else.
    assert!(!case.is_taken(&planner(), Some(some())));
    asks(&mut case.version.suite, Request::Share(0.3));
    assert!(case.is_taken(&planner(), Some(some())));
    // An application that is gone has no other unit.
    case.version.suite.apps.remove(2);
    assert!(case.is_taken(&planner(), Some(some())));
}
