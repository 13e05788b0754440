//! The language of conditions: what is meant, what is refused and where, and that no text at all does harm.
#![forbid(unsafe_code)]
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use datasets::suite::condition::Fault;
use datasets::suite::{Comparison, Condition, Names, Operand, Test};
use proptest::prelude::*;

const NAMES: [&str; 4] = ["storage_gb", "availability", "x", "y"];

fn parse(text: &str) -> Result<Condition, Fault> {
    Condition::parse(text, &mut Names::Fleet(&NAMES.map(str::to_owned)))
}

fn meant(text: &str) -> Test {
    parse(text).unwrap().test
}

fn compare(attribute: usize, comparison: Comparison, number: f64) -> Test {
    Test::Compare(Operand::Attribute(attribute), comparison, Operand::Number(number))
}

/// The condition is refused at `at`, with a message and a remedy that hold these words.
fn refused(text: &str, at: &str, message: &str, help: &str) {
    let fault = parse(text).unwrap_err();
    assert_eq!(&text[fault.span.clone()], at, "{text}: {fault:?}");
    assert!(fault.message.contains(message), "`{message}` expected: {}", fault.message);
    assert!(fault.help.contains(help), "`{help}` expected: {}", fault.help);
}

#[test]
fn attributes_and_numbers_are_compared_in_six_ways() {
    let signs = [
        ("<", Comparison::Less),
        ("<=", Comparison::AtMost),
        (">", Comparison::Greater),
        (">=", Comparison::AtLeast),
        ("==", Comparison::Equal),
        ("!=", Comparison::NotEqual),
    ];
    for (sign, comparison) in signs {
        assert_eq!(meant(&format!("availability {sign} 0.5")), compare(1, comparison, 0.5));
        let between = Test::Compare(Operand::Attribute(2), comparison, Operand::Attribute(3));
        assert_eq!(meant(&format!("x{sign}y")), between);
    }
    let numbers = Test::Compare(Operand::Number(1.0), Comparison::Less, Operand::Number(2.0));
    assert_eq!(meant("1 < 2"), numbers);
}

#[test]
fn numbers_are_written_as_in_toml() {
    for (text, value) in [
        ("50", 50.0),
        ("1_000", 1000.0),
        ("-0.5", -0.5),
        ("+3", 3.0),
        ("1e3", 1e3),
        ("1_0.2_5E-2", 0.1025),
        ("1e+2", 1e2),
        (".5", 0.5),
        ("-0", 0.0),
    ] {
        let Test::Compare(_, _, Operand::Number(found)) = meant(&format!("x == {text}")) else { panic!("{text}") };
        assert_eq!(found.to_bits(), f64::to_bits(value), "{text}");
    }
}

#[test]
fn not_binds_closest_and_or_least() {
    let x = |number| compare(2, Comparison::Greater, number);
    assert_eq!(
        meant("x > 1 or not x > 2 and x > 3"),
        Test::Or(vec![x(1.0), Test::And(vec![Test::Not(Box::new(x(2.0))), x(3.0)])])
    );
    assert_eq!(meant("(x > 1 or x > 2) and x > 3"), Test::And(vec![Test::Or(vec![x(1.0), x(2.0)]), x(3.0)]));
    assert_eq!(meant("x > 1 and x > 2 and x > 3"), Test::And(vec![x(1.0), x(2.0), x(3.0)]));
    assert_eq!(meant("not not ((x) > (1))"), Test::Not(Box::new(Test::Not(Box::new(x(1.0))))));
}

#[test]
fn the_text_stays_as_it_was_written() {
    assert_eq!(parse("  x>1 \n and (y<2) ").unwrap().text, "x>1 \n and (y<2)");
}

#[test]
fn without_a_fleet_names_are_collected_in_their_order() {
    let mut names = Names::Any(vec!["y".to_owned()]);
    let condition = Condition::parse("b > 1 and y > 2 and a_2 > b", &mut names).unwrap();
    assert_eq!(names.list(), ["y", "b", "a_2"]);
    let Test::And(tests) = condition.test else { panic!("three are joined") };
    assert_eq!(tests[1], compare(0, Comparison::Greater, 2.0));
    let wrong = Condition::parse("Big > 1", &mut names).unwrap_err();
    assert!(wrong.help.contains("small letters"), "{wrong:?}");
}

#[test]
fn what_is_no_condition_is_refused_where_a_condition_must_stand() {
    refused("x", "x", "`x` is an attribute, and a condition is expected", "as in `storage_gb >= 50`");
    refused("5", "5", "`5` is a number, and a condition is expected", "compare an attribute with it");
    refused("x > 1 and y", "y", "`y` is an attribute, and a condition", "compare it");
    refused("not x", "x", "`x` is an attribute", "compare it");
    refused("x or y > 1", "x", "`x` is an attribute", "compare it");
    refused("x > 1 and (y)", "(y)", "`(y)` is an attribute", "compare it");
    refused("(x > 1) < 2", "(x > 1)", "`(x > 1)` is a condition, and cannot be compared", "join conditions with");
    refused("x == (y > 1)", "(y > 1)", "is a condition, and cannot be compared", "");
    refused("1 < x < 3", "<", "a second comparison follows the first", "1 < x and x < 3");
}

#[test]
fn signs_of_other_languages_are_refused_with_ours() {
    refused("x = 1", "=", "`=` is not part of a condition", "write `==`");
    refused("x === 1", "===", "`===` is not", "write `==`");
    refused("x > 1 && y > 1", "&&", "`&&` is not", "write `and`");
    refused("x > 1 || y > 1", "||", "`||` is not", "write `or`");
    refused("!(x > 1)", "!", "`!` is not", "write `not`");
    refused("x <> 1", "<>", "`<>` is not", "write `!=`");
    refused("x => 1", "=>", "`=>` is not", "write `>=`");
    refused("x =< 1", "=<", "`=<` is not", "write `<=`");
    refused("[x > 1]", "[", "`[` is not", "write `(`");
    refused("x == 'big'", "'", "`'` is not", "without quotes");
    refused("x - 1 > 2", "-", "`-` is not", "do not calculate");
    refused("x ≥ 1", "≥", "`≥` is not", "a condition has attributes, numbers");
    refused("x > 1 AND y > 2", "AND", "`AND` follows a whole condition", "small letters");
    refused("x > 1 not y > 2", "not", "`not` follows a whole condition", "join conditions");
}

#[test]
fn names_and_numbers_that_are_none_are_refused() {
    refused(
        "storag_gb > 1",
        "storag_gb",
        "no node has an attribute `storag_gb`",
        "did you mean `storage_gb`? The fleet has",
    );
    refused("x > true", "true", "no node has an attribute `true`", "the fleet has: storage_gb");
    refused("x > 50GB", "50GB", "`50GB` is not a number", "without a unit");
    refused("x > 1.2.3", "1.2.3", "is not a number", "");
    for wrong in ["1__0", "1_", "1_.5", "0x10", "1e", "1e5e5"] {
        refused(&format!("x > {wrong}"), wrong, "is not a number", "1_000");
    }
    refused("x > 1e39", "1e39", "beyond the largest 32-bit float", "smaller");
    refused("x > 1e999", "1e999", "beyond the largest 32-bit float", "smaller");
}

#[test]
fn text_that_ends_too_early_or_too_late_is_refused() {
    refused("", "", "the condition is empty", "leave the key out");
    refused(" \t ", " \t ", "the condition is empty", "leave the key out");
    refused("x >", ">", "the condition ends with `>`", "write the rest");
    refused("x > 1 and", "and", "the condition ends with `and`", "write the rest");
    refused("not", "not", "the condition ends with `not`", "");
    refused("(", "(", "the condition ends with `(`", "");
    refused("(x > 1", "(", "never closed", "add `)`");
    refused("x > 1)", ")", "this parenthesis closes nothing", "leave it out");
    refused("()", ")", "`)` stands where an attribute", "write what is compared");
    refused("> 1", ">", "`>` stands where an attribute", "write what is compared");
    refused("x > and", "and", "`and` stands where an attribute", "");
    refused("x > 1 y > 2", "y", "`y` follows a whole condition", "join conditions with `and` or `or`");
    refused("(x > 1 y > 2)", "y", "`y` follows a whole condition", "join conditions");
}

#[test]
fn a_condition_has_its_limits() {
    let nested = |depth: usize| format!("{}x > 1{}", "(".repeat(depth), ")".repeat(depth));
    parse(&nested(64)).unwrap();
    assert!(parse(&nested(65)).unwrap_err().message.contains("more than 64 deep"));
    assert!(parse(&"not ".repeat(1000)).unwrap_err().message.contains("more than 64 deep"));
    let long = format!("x > 1{}", " and x > 1".repeat(409));
    assert_eq!(long.len(), 4095);
    parse(&long).unwrap();
    let fault = parse(&format!("{long}  ")).unwrap_err();
    assert!(fault.message.contains("4097 bytes, expected at most 4096"), "{fault}");
}

/// Writes a test with a pair of parentheses around each part.
fn written(test: &Test) -> String {
    let operand = |operand: &Operand| match operand {
        Operand::Attribute(attribute) => NAMES[*attribute].to_owned(),
        Operand::Number(number) => format!("{number:?}"),
    };
    let joined = |tests: &[Test], word: &str| {
        let parts: Vec<String> = tests.iter().map(|test| format!("({})", written(test))).collect();
        parts.join(word)
    };
    match test {
        Test::Compare(left, comparison, right) => {
            let sign = match comparison {
                Comparison::Less => "<",
                Comparison::AtMost => "<=",
                Comparison::Greater => ">",
                Comparison::AtLeast => ">=",
                Comparison::Equal => "==",
                Comparison::NotEqual => "!=",
            };
            format!("{} {sign} {}", operand(left), operand(right))
        }
        Test::And(tests) => joined(tests, " and "),
        Test::Or(tests) => joined(tests, "or"),
        Test::Not(test) => format!("not ({})", written(test)),
    }
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        (0..NAMES.len()).prop_map(Operand::Attribute),
        (-1e30..1e30_f64).prop_map(Operand::Number),
        (-999..999_i32).prop_map(|number| Operand::Number(number.into())),
    ]
}

fn test() -> impl Strategy<Value = Test> {
    let comparison = prop::sample::select(vec![
        Comparison::Less,
        Comparison::AtMost,
        Comparison::Greater,
        Comparison::AtLeast,
        Comparison::Equal,
        Comparison::NotEqual,
    ]);
    let leaf = (operand(), comparison, operand()).prop_map(|(left, sign, right)| Test::Compare(left, sign, right));
    leaf.prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Test::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Test::Or),
            inner.prop_map(|test| Test::Not(Box::new(test))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_condition_reads_back_the_same(test in test()) {
        let text = written(&test);
        prop_assert_eq!(parse(&text).map(|condition| condition.test), Ok(test), "{}", text);
    }

    #[test]
    fn whatever_the_text_the_parser_answers(
        text in prop_oneof![
            any::<String>(),
            "[xy0-9<>=!&|()+\\-_.e' é]{0,40}",
            "((x|y|1|0\\.5|and|or|not|<|<=|==|!=|\\(|\\)|é|x > 1) ?){0,20}",
        ],
    ) {
        for mut names in [Names::Fleet(&NAMES.map(str::to_owned)), Names::Any(Vec::new())] {
            if let Err(fault) = Condition::parse(&text, &mut names) {
                prop_assert!(text.get(fault.span.clone()).is_some(), "{fault:?}");
                prop_assert!(!fault.message.is_empty() && !fault.help.is_empty());
            }
        }
    }
}
