//! The words and marks of a Rust source, without comments, texts and tests.

use std::iter::Peekable;
use std::str::Chars;

/// A word or a mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// An identifier, a keyword or a number.
    Word(String),
    /// `::`
    Path,
    /// Any other character.
    Mark(char),
}

/// The tokens of a source; texts and characters are left out.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '/' if rest.peek() == Some(&'/') => _ = rest.find(|&c| c == '\n'),
            '/' if rest.peek() == Some(&'*') => block_comment(&mut rest),
            '"' => quoted(&mut rest),
            '\'' => character(&mut rest),
            ':' if rest.next_if_eq(&':').is_some() => tokens.push(Token::Path),
            c if c.is_alphanumeric() || c == '_' => {
                let mut word = String::from(c);
                while let Some(c) = rest.next_if(|c| c.is_alphanumeric() || *c == '_') {
                    word.push(c);
                }
                if matches!(word.as_str(), "r" | "br") && matches!(rest.peek(), Some('"' | '#')) {
                    raw(&mut rest);
                } else {
                    tokens.push(Token::Word(word));
                }
            }
            c if c.is_whitespace() => {}
            c => tokens.push(Token::Mark(c)),
        }
    }
    tokens
}

fn block_comment(rest: &mut Peekable<Chars>) {
    let (mut depth, mut before) = (1, ' ');
    rest.next();
    for c in rest.by_ref() {
        match (before, c) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
        // `/*/` opens and does not close.
        before = if before == '/' && c == '*' { ' ' } else { c };
    }
}

fn quoted(rest: &mut Peekable<Chars>) {
    while let Some(c) = rest.next() {
        match c {
            '\\' => _ = rest.next(),
            '"' => return,
            _ => {}
        }
    }
}

/// A raw text, after its `r`; or a raw identifier, whose name then follows as a word.
fn raw(rest: &mut Peekable<Chars>) {
    let mut marks = 0;
    while rest.next_if_eq(&'#').is_some() {
        marks += 1;
    }
    if rest.next_if_eq(&'"').is_none() {
        return;
    }
    while rest.find(|&c| c == '"').is_some() {
        let mut found = 0;
        while found < marks && rest.next_if_eq(&'#').is_some() {
            found += 1;
        }
        if found == marks {
            return;
        }
    }
}

/// A character, after its quotation mark; or a lifetime, whose name then follows as a word.
fn character(rest: &mut Peekable<Chars>) {
    let mut ahead = rest.clone();
    match (ahead.next(), ahead.next()) {
        (Some('\\'), _) => {
            rest.next();
            rest.next();
            rest.find(|&c| c == '\'');
        }
        (_, Some('\'')) => {
            rest.next();
            rest.next();
        }
        _ => {}
    }
}

/// Leaves out every item after `#[cfg(test)]`.
pub fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let word = |word: &str| Token::Word(word.to_owned());
    let mark = Token::Mark;
    let attribute = [mark('#'), mark('['), word("cfg"), mark('('), word("test"), mark(')'), mark(']')];
    let (mut kept, mut rest) = (Vec::new(), tokens);
    while let Some((first, tail)) = rest.split_first() {
        if rest.starts_with(&attribute) {
            rest = after_item(&rest[attribute.len()..]);
        } else {
            kept.push(first.clone());
            rest = tail;
        }
    }
    kept
}

/// What follows an item: its `;`, or the brace that closes its body.
fn after_item(tokens: &[Token]) -> &[Token] {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate() {
        match token {
            Token::Mark('{' | '(' | '[') => depth += 1,
            Token::Mark(close @ ('}' | ')' | ']')) => {
                depth = depth.saturating_sub(1);
                if depth == 0 && *close == '}' {
                    return &tokens[at + 1..];
                }
            }
            Token::Mark(';') if depth == 0 => return &tokens[at + 1..],
            _ => {}
        }
    }
    &[]
}
