//! Which modules of a crate name which others, read from the source text.

mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use tokens::{Token, tokens, without_tests};

/// A path as it is written, `crate::kernel::Kernel`.
type Segments = Vec<String>;

/// A file: what it names, and what it re-exports.
pub struct Module {
    /// Its path from the root of the crate, `kernel::gram`; the root's is empty.
    path: Segments,
    /// Paths that it names, but for re-exports.
    named: Vec<Segments>,
    /// Re-exports by the name that they give.
    exported: BTreeMap<String, Segments>,
}

impl Module {
    /// Reads the text of a file at `place`, a path within the folder `src`.
    pub fn parse(place: &Path, text: &str) -> Self {
        let mut path: Segments =
            place.with_extension("").iter().map(|part| part.to_string_lossy().into_owned()).collect();
        if path
            .last()
            .is_some_and(|last| last == "mod" || (path.len() == 1 && (last == "lib" || last == "main")))
        {
            path.pop();
        }
        let (mut named, mut exported) = (Vec::new(), BTreeMap::new());
        let tokens = without_tests(&tokens(text));
        let mut rest = &tokens[..];
        let mut public = false;
        // How deep the braces are, and at which depths modules within the file began.
        let (mut depth, mut inline) = (0, Vec::new());
        while let Some((first, tail)) = rest.split_first() {
            match first {
                Token::Mark('{') => {
                    depth += 1;
                    rest = tail;
                }
                Token::Mark('}') => {
                    depth -= 1;
                    inline.pop_if(|begun| *begun > depth);
                    rest = tail;
                }
                // A macro's `$crate` is a need of those who call it.
                Token::Mark('$') => rest = tail.get(1..).unwrap_or_default(),
                Token::Word(word) if word == "mod" => {
                    let name =
                        tail.iter().take_while(|token| !matches!(token, Token::Mark('{' | ';'))).count();
                    if tail.get(name) == Some(&Token::Mark('{')) {
                        inline.push(depth + 1);
                    }
                    rest = &tail[name..];
                }
                Token::Word(word) if word == "pub" => {
                    (public, rest) = (true, skip_group(tail));
                    continue;
                }
                Token::Word(word) if word == "use" => {
                    let end = tail.iter().position(|token| *token == Token::Mark(';')).unwrap_or(tail.len());
                    for (path, name) in use_tree(&tail[..end]) {
                        let path = outside(path, inline.len());
                        if public {
                            exported.insert(name, path);
                        } else {
                            named.push(path);
                        }
                    }
                    rest = &tail[end..];
                }
                Token::Word(word) if matches!(word.as_str(), "crate" | "super" | "self") => {
                    let (path, tail) = plain_path(rest);
                    if path.len() > 1 {
                        named.push(outside(path, inline.len()));
                    }
                    rest = tail;
                }
                _ => rest = tail,
            }
            public = false;
        }
        Self { path, named, exported }
    }
}

/// A path that is written within modules inside a file, as the file would write it.
fn outside(mut path: Segments, levels: usize) -> Segments {
    let up = path.iter().take(levels).take_while(|segment| *segment == "super").count();
    path.drain(..up);
    if up > 0 && path.first().is_none_or(|first| first != "super") {
        path.insert(0, "self".to_owned());
    }
    path
}

/// Steps over `(crate)` after `pub`.
fn skip_group(tokens: &[Token]) -> &[Token] {
    if tokens.first() != Some(&Token::Mark('(')) {
        return tokens;
    }
    let end = tokens.iter().position(|token| *token == Token::Mark(')'));
    end.map_or(&[], |end| &tokens[end + 1..])
}

/// The path that the tokens begin with, and what follows it.
fn plain_path(tokens: &[Token]) -> (Segments, &[Token]) {
    let (mut path, mut rest) = (Vec::new(), tokens);
    while let Some((Token::Word(word), tail)) = rest.split_first() {
        path.push(word.clone());
        rest = tail;
        match rest.split_first() {
            Some((Token::Path, tail)) if matches!(tail.first(), Some(Token::Word(_))) => rest = tail,
            _ => break,
        }
    }
    (path, rest)
}

/// The paths of a `use`, each with the name that it gives: `a::{b, c as d}` is `a::b` as b and `a::c` as d.
fn use_tree(tokens: &[Token]) -> Vec<(Segments, String)> {
    let (path, rest) = plain_path(tokens);
    let group = match rest {
        [Token::Path, Token::Mark('{'), ..] => &rest[2..],
        [Token::Mark('{'), ..] => &rest[1..],
        [Token::Word(word), Token::Word(name)] if word == "as" => return vec![(path, name.clone())],
        _ => {
            let name = path.last().cloned().unwrap_or_default();
            return vec![(path, name)];
        }
    };
    let (mut paths, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, token) in group.iter().enumerate() {
        match token {
            Token::Mark('{') => depth += 1,
            Token::Mark(',' | '}') if depth == 0 => {
                for (tail, name) in use_tree(&group[start..at]) {
                    let own = tail.first().is_some_and(|first| first == "self");
                    let whole: Segments =
                        path.iter().cloned().chain(tail.into_iter().skip(usize::from(own))).collect();
                    let name = if name == "self" { path.last().cloned().unwrap_or_default() } else { name };
                    if !name.is_empty() {
                        paths.push((whole, name));
                    }
                }
                start = at + 1;
            }
            Token::Mark('}') => depth -= 1,
            _ => {}
        }
    }
    paths
}

/// The modules of a crate by their paths.
pub struct Crate(BTreeMap<Segments, Module>);

impl Crate {
    pub fn new(modules: impl IntoIterator<Item = Module>) -> Self {
        Self(modules.into_iter().map(|module| (module.path.clone(), module)).collect())
    }

    /// The module that defines what `named` names in the module `from`; `None` outside the crate.
    fn definition(&self, from: &[String], named: &[String], depth: usize) -> Option<Segments> {
        let mut here = from.to_vec();
        let mut rest = named.iter().peekable();
        match rest.peek()?.as_str() {
            "crate" => {
                here.clear();
                rest.next();
            }
            "self" => _ = rest.next(),
            "super" => {
                while rest.next_if(|segment| *segment == "super").is_some() {
                    here.pop()?;
                }
            }
            child => {
                let child = [&here[..], &[child.to_owned()]].concat();
                self.0.contains_key(&child).then_some(())?;
            }
        }
        for segment in rest {
            let child = [&here[..], std::slice::from_ref(segment)].concat();
            if self.0.contains_key(&child) {
                here = child;
                continue;
            }
            // A re-export of a re-export of itself would have no end.
            if depth < 8
                && let Some(export) = self.0.get(&here).and_then(|module| module.exported.get(segment))
            {
                return self.definition(&here, export, depth + 1);
            }
            break;
        }
        Some(here)
    }

    /// The modules that a module depends on; a bare `child::name` of its own children is none.
    fn dependencies(&self, module: &Module) -> BTreeSet<Segments> {
        let relative = |path: &&Segments| matches!(path[0].as_str(), "crate" | "super" | "self");
        let named = module.named.iter().filter(|path| !path.is_empty()).filter(relative);
        let defined = named.filter_map(|path| self.definition(&module.path, path, 0));
        defined.filter(|path| !path.is_empty() && *path != module.path).collect()
    }

    /// A line for each group of modules that depend on each other.
    pub fn circles(&self) -> Vec<String> {
        let direct: BTreeMap<&Segments, BTreeSet<Segments>> = self
            .0
            .values()
            .filter(|module| !module.path.is_empty())
            .map(|module| (&module.path, self.dependencies(module)))
            .collect();
        let reach: BTreeMap<&Segments, BTreeSet<&Segments>> =
            direct.keys().map(|&module| (module, reached(&direct, module))).collect();
        let mut circles = BTreeSet::new();
        for (module, within) in &reach {
            if within.contains(module) {
                let circle =
                    within.iter().filter(|other| reach.get(*other).is_some_and(|back| back.contains(module)));
                circles.insert(circle.copied().collect::<BTreeSet<&Segments>>());
            }
        }
        let arrows = |circle: BTreeSet<&Segments>| {
            let arrow = |module: &Segments| {
                let next: Vec<String> = direct[module]
                    .iter()
                    .filter(|next| circle.contains(next))
                    .map(|next| next.join("::"))
                    .collect();
                format!("{} -> {}", module.join("::"), next.join(" and "))
            };
            circle.iter().map(|module| arrow(module)).collect::<Vec<_>>().join(", ")
        };
        circles.into_iter().map(arrows).collect()
    }
}

/// All modules that a module depends on, directly or through others.
fn reached<'a>(
    direct: &'a BTreeMap<&Segments, BTreeSet<Segments>>,
    from: &'a Segments,
) -> BTreeSet<&'a Segments> {
    let (mut reached, mut left) = (BTreeSet::new(), vec![from]);
    while let Some(module) = left.pop() {
        left.extend(direct.get(module).into_iter().flatten().filter(|&next| reached.insert(next)));
    }
    reached
}
