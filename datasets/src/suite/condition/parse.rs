//! From words to what they mean, by recursive descent:
//!
//! ```text
//! either     = both, { "or", both }
//! both       = negation, { "and", negation }
//! negation   = "not", negation | comparison
//! comparison = term, [ sign, term ]
//! term       = attribute | number | "(", either, ")"
//! ```
//!
//! Each rule gives a number or a condition, whichever stands there; who needs the other one refuses it.

use std::ops::Range;

use super::token::{Placed, Token, tokens};
use super::{Comparison, Fault, MOST_BYTES, MOST_NESTED, Operand, Test};
use crate::suite::Names;

/// A number or a condition.
enum Term {
    Value(Operand),
    Test(Test),
}

/// Reads a whole condition.
pub(super) fn parse(text: &str, names: &mut Names<'_>) -> Result<Test, Fault> {
    if text.len() > MOST_BYTES {
        let message = format!("the condition has {} bytes, expected at most {MOST_BYTES}", text.len());
        return Err(Fault::new(&(0..text.len()), message, "make it shorter"));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        let help = "leave the key out, or write a condition such as `storage_gb >= 50`";
        return Err(Fault::new(&(0..text.len()), "the condition is empty".to_owned(), help));
    }
    let mut parser = Parser { text, tokens: &tokens, next: 0, names, depth: 0 };
    let whole = parser.either()?;
    let whole = parser.condition(whole)?;
    parser.tokens.get(parser.next).map_or(Ok(whole), |more| Err(parser.trailing(more)))
}

struct Parser<'p, 't, 'n> {
    text: &'t str,
    tokens: &'p [Placed<Token<'t>>],
    next: usize,
    names: &'p mut Names<'n>,
    /// Parentheses and negations around the next word.
    depth: usize,
}

impl<'t> Parser<'_, 't, '_> {
    fn either(&mut self) -> Result<Placed<Term>, Fault> {
        self.joined("or", Self::both, Test::Or)
    }

    fn both(&mut self) -> Result<Placed<Term>, Fault> {
        self.joined("and", Self::negation, Test::And)
    }

    /// One part, or several that are joined by a word.
    fn joined(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Placed<Term>, Fault>,
        join: fn(Vec<Test>) -> Test,
    ) -> Result<Placed<Term>, Fault> {
        let first = part(self)?;
        if !self.is_next(word) {
            return Ok(first);
        }
        let mut span = first.span.clone();
        let mut tests = vec![self.condition(first)?];
        while self.is_next(word) {
            self.next += 1;
            let another = part(self)?;
            span.end = another.span.end;
            tests.push(self.condition(another)?);
        }
        Ok(Placed { what: Term::Test(join(tests)), span })
    }

    fn negation(&mut self) -> Result<Placed<Term>, Fault> {
        if !self.is_next("not") {
            return self.comparison();
        }
        let start = self.tokens[self.next].span.start;
        let negated = self.deeper(Self::negation)?;
        let span = start..negated.span.end;
        let test = Test::Not(Box::new(self.condition(negated)?));
        Ok(Placed { what: Term::Test(test), span })
    }

    fn comparison(&mut self) -> Result<Placed<Term>, Fault> {
        let left = self.term()?;
        let Some(sign) = self.take_sign() else {
            return Ok(left);
        };
        let start = left.span.start;
        let left = self.number(&left)?;
        let right = self.term()?;
        let span = start..right.span.end;
        let right = self.number(&right)?;
        if let Some(Placed { what: Token::Comparison(_), span }) = self.tokens.get(self.next) {
            let help = "compare two at a time, as in `1 < x and x < 3`";
            return Err(Fault::new(span, "a second comparison follows the first".to_owned(), help));
        }
        Ok(Placed { what: Term::Test(Test::Compare(left, sign, right)), span })
    }

    fn term(&mut self) -> Result<Placed<Term>, Fault> {
        let expected = format!("{}, a number or a parenthesis", self.names.what());
        let Some(Placed { what, span }) = self.tokens.get(self.next) else {
            return Err(self.ends(&expected));
        };
        let value = match *what {
            Token::Open => return self.parenthesis(span),
            Token::Number(number) => Operand::Number(number),
            Token::Word(word) if !is_keyword(word) => Operand::Attribute(self.attribute(word, span)?),
            Token::Word(_) | Token::Comparison(_) | Token::Close => {
                let message = format!("`{}` stands where {expected} is expected", self.written(span));
                return Err(Fault::new(span, message, "write what is compared, as in `storage_gb >= 50`"));
            }
        };
        self.next += 1;
        Ok(Placed { what: Term::Value(value), span: span.clone() })
    }

    fn parenthesis(&mut self, open: &Range<usize>) -> Result<Placed<Term>, Fault> {
        let inner = self.deeper(Self::either)?;
        match self.tokens.get(self.next) {
            Some(Placed { what: Token::Close, span: close }) => {
                self.next += 1;
                Ok(Placed { what: inner.what, span: open.start..close.end })
            }
            Some(other) => {
                self.condition(inner)?;
                Err(self.trailing(other))
            }
            None => Err(Fault::new(open, "this parenthesis is never closed".to_owned(), "add `)`")),
        }
    }

    /// Reads on behind the next word, one level down: bounded, so that no text can exhaust the stack.
    fn deeper(&mut self, rule: fn(&mut Self) -> Result<Placed<Term>, Fault>) -> Result<Placed<Term>, Fault> {
        if self.depth == MOST_NESTED {
            let message = format!("parentheses and negations are nested more than {MOST_NESTED} deep");
            return Err(Fault::new(&self.tokens[self.next].span, message, "write it with fewer of them"));
        }
        self.next += 1;
        self.depth += 1;
        let inner = rule(self)?;
        self.depth -= 1;
        Ok(inner)
    }

    fn attribute(&mut self, word: &str, span: &Range<usize>) -> Result<usize, Fault> {
        self.names.index(word).ok_or_else(|| Fault::new(span, self.names.unknown(word), self.names.remedy(word)))
    }

    fn condition(&self, term: Placed<Term>) -> Result<Test, Fault> {
        let (kind, help) = match term.what {
            Term::Test(test) => return Ok(test),
            Term::Value(Operand::Attribute(_)) => {
                (self.names.what(), "compare it, as in `storage_gb >= 50`".to_owned())
            }
            Term::Value(Operand::Number(_)) => {
                ("a number", format!("compare {} with it, as in `storage_gb >= 50`", self.names.what()))
            }
        };
        let message = format!("`{}` is {kind}, and a condition is expected", self.written(&term.span));
        Err(Fault::new(&term.span, message, help))
    }

    fn number(&self, term: &Placed<Term>) -> Result<Operand, Fault> {
        match term.what {
            Term::Value(operand) => Ok(operand),
            Term::Test(_) => {
                let message = format!("`{}` is a condition, and cannot be compared", self.written(&term.span));
                Err(Fault::new(&term.span, message, "join conditions with `and` and `or`, turn one round with `not`"))
            }
        }
    }

    fn is_next(&self, word: &str) -> bool {
        self.tokens.get(self.next).is_some_and(|token| token.what == Token::Word(word))
    }

    fn take_sign(&mut self) -> Option<Comparison> {
        let Token::Comparison(sign) = self.tokens.get(self.next)?.what else {
            return None;
        };
        self.next += 1;
        Some(sign)
    }

    /// A word behind a whole condition.
    fn trailing(&self, token: &Placed<Token<'t>>) -> Fault {
        let written = self.written(&token.span);
        let help = match token.what {
            Token::Close => {
                let message = "this parenthesis closes nothing".to_owned();
                return Fault::new(&token.span, message, "leave it out, or add `(` before");
            }
            Token::Word(word) if !is_keyword(word) && is_keyword(&word.to_lowercase()) => "write it in small letters",
            _ => "join conditions with `and` or `or`",
        };
        Fault::new(&token.span, format!("`{written}` follows a whole condition"), help)
    }

    /// The text ends too early.
    fn ends(&self, expected: &str) -> Fault {
        let last = self.tokens.last().map_or(0..0, |token| token.span.clone());
        let message = format!("the condition ends with `{}`, and {expected} is expected", self.written(&last));
        Fault::new(&last, message, "write the rest, or leave the last word out")
    }

    fn written(&self, span: &Range<usize>) -> &'t str {
        &self.text[span.clone()]
    }
}

fn is_keyword(word: &str) -> bool {
    matches!(word, "and" | "or" | "not")
}
