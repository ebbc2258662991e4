//! The plan of the house, held: nobody imports upwards, money knows no floats, pages carry no inline code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Rooms from the ground up. Rooms of one number are neighbours that may not import each other at all; the numbers of
/// `domain` grow from left to right.
const ROOMS: &[(&str, u32)] = &[
    ("base", 0),
    ("db", 100),
    ("domain::journal", 200),
    ("domain::outbox", 201),
    ("domain::alerts", 202),
    ("domain::staff", 203),
    ("domain::orders", 204),
    ("domain::invoices", 205),
    ("domain::receipts", 206),
    ("domain::exports", 207),
    ("domain::payments", 208),
    ("domain::bank", 209),
    ("domain::monitoring", 210),
    ("domain::reports", 211),
    ("gateways", 300),
    ("context", 400),
    ("workflows", 401),
    ("web", 500),
    ("jobs", 500),
    ("emulators", 500),
    ("app", 600),
    ("cli", 601),
    ("main", 602),
];

/// The room of a path of modules and its height; `lib` (the map itself) has none.
fn room(path: &str) -> Option<(&'static str, u32)> {
    ROOMS.iter().copied().find(|(room, _)| path == *room || path.starts_with(&format!("{room}::")))
}

fn files(folder: &str, extension: &str) -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// `src/domain/orders/store.rs` -> `domain::orders::store`.
fn module_of(file: &str) -> String {
    let path = PathBuf::from(file);
    let path = path.strip_prefix("src").unwrap().with_extension("");
    let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).filter(|part| *part != "mod").collect();
    parts.join("::")
}

/// Code without line comments.
fn code(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Every path under `crate::` that a text names, braces spelt out.
fn imports(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        if text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
            continue;
        }
        spell_out(&text[at + "crate::".len()..], "", &mut found);
    }
    found
}

/// Reads one tree of paths (`a::{b, c::{d}}`) and returns what follows it.
fn spell_out<'a>(text: &'a str, prefix: &str, found: &mut BTreeSet<String>) -> &'a str {
    let text = text.trim_start();
    let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(text.len());
    let path = format!("{prefix}{}", &text[..end]);
    let rest = &text[end..];
    if !((path.is_empty() || path.ends_with("::")) && rest.starts_with('{')) {
        found.insert(path.trim_end_matches(':').to_owned());
        return rest;
    }
    let mut rest = &rest[1..];
    loop {
        rest = spell_out(rest, &path, found).trim_start();
        // Past an alias or a star to the next item.
        let stop = rest.find([',', '}']).unwrap_or(rest.len());
        let (comma, after) = (rest[stop..].starts_with(','), rest.get(stop + 1..).unwrap_or_default());
        if !comma {
            return after;
        }
        rest = after.trim_start();
        if let Some(after) = rest.strip_prefix('}') {
            return after;
        }
    }
}

#[test]
fn nested_imports_are_spelt_out() {
    let text = "use crate::{base::{Error, ids::{OrderId, LinkId as L},}, db::Connection}; let x = crate::web::go(1);";
    let expected = ["base::Error", "base::ids::LinkId", "base::ids::OrderId", "db::Connection", "web::go"];
    assert_eq!(imports(text).into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn nobody_imports_upwards() {
    let mut wrong = Vec::new();
    for (file, text) in files("src", "rs") {
        let Some((mine, height)) = room(&module_of(&file)) else { continue };
        for path in imports(&code(&text)) {
            let Some((theirs, other)) = room(&path) else { continue };
            if theirs != mine && other >= height {
                wrong.push(format!("{file}: {mine} imports {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_room_is_on_the_plan() {
    for (file, _) in files("src", "rs") {
        let module = module_of(&file);
        let face = ["lib", "domain"].contains(&module.as_str());
        assert!(face || room(&module).is_some(), "{file} is in no room of the plan");
    }
}

/// Inside a room, files may know each other, but not in a circle with another room's help: rooms form no cycle.
#[test]
fn rooms_form_no_cycle() {
    let mut edges: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, text) in files("src", "rs") {
        let Some((mine, _)) = room(&module_of(&file)) else { continue };
        let theirs = imports(&code(&text)).into_iter().filter_map(|path| room(&path)).map(|(name, _)| name);
        edges.entry(mine).or_default().extend(theirs.filter(|name| *name != mine));
    }
    // Taking away rooms that import nothing (left) must take away all.
    while let Some(leaf) =
        edges.iter().find(|(_, to)| to.iter().all(|to| !edges.contains_key(to))).map(|(name, _)| *name)
    {
        edges.remove(leaf);
    }
    assert!(edges.is_empty(), "{edges:?}");
}

#[test]
fn money_knows_no_floats() {
    for folder in ["src/base", "src/db", "src/domain", "src/workflows", "src/gateways"] {
        for (file, text) in files(folder, "rs") {
            let words: BTreeSet<&str> = text
                .lines()
                .filter_map(|line| line.split("//").next())
                .flat_map(|line| line.split(|c: char| !(c.is_alphanumeric() || c == '_')))
                .collect();
            assert!(!words.contains("f32") && !words.contains("f64"), "{file} has a float");
        }
    }
}

#[test]
fn pages_carry_no_raw_text_and_no_inline_code() {
    for (file, text) in files("templates", "html") {
        // The pretend bank draws its own training QR and is no page of the portal.
        if file == "templates/emulators/yookassa/checkout.html" {
            continue;
        }
        for forbidden in ["|safe", "| safe", "style=\"", "javascript:"] {
            assert!(!text.contains(forbidden), "{file}: {forbidden}");
        }
        for (at, _) in text.match_indices("<script") {
            let tag = text[at..].split('>').next().unwrap_or_default();
            assert!(tag.contains("src="), "{file}: a script inside the page");
        }
        let handler = text.match_indices(" on").any(|(at, _)| {
            let rest = &text[at + 3..];
            let word = rest.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(rest.len());
            word > 2 && rest[word..].starts_with("=\"")
        });
        assert!(!handler, "{file}: an inline event handler");
    }
}

/// Values reach SQL only as bound parameters.
#[test]
fn sql_is_never_put_together_from_pieces() {
    for (file, text) in files("src", "rs") {
        let code = code(&text);
        for (at, _) in code.match_indices("sql_query(") {
            let argument = code[at + "sql_query(".len()..].trim_start();
            assert!(
                argument.starts_with('"') || argument.starts_with(')'),
                "{file}: {}",
                &argument[..40.min(argument.len())]
            );
        }
    }
}
