//! The customers' catalogue: every sentence in both languages, with the same places, and none that nobody says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

type Catalogue = BTreeMap<String, BTreeSet<String>>;

/// Keys of a catalogue's file with the names of their places.
fn catalogue(lang: &str) -> Catalogue {
    let path = root().join("locales").join(lang).join("pay.ftl");
    let text = fs::read_to_string(&path).unwrap();
    let mut keys = Catalogue::new();
    let mut current = String::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some((key, _)) = line.split_once(" =").filter(|_| line.starts_with("pay-")) {
            key.clone_into(&mut current);
            assert!(keys.insert(current.clone(), BTreeSet::new()).is_none(), "{lang}: {key} is there twice");
        }
        keys.entry(current.clone()).or_default().extend(places(line));
    }
    keys.remove("");
    keys
}

fn places(line: &str) -> impl Iterator<Item = String> {
    line.split('$').skip(1).map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

/// Keys written in templates and sources: whole string literals that begin with `pay-`.
fn said() -> BTreeSet<String> {
    let mut text = String::new();
    sources(&root().join("templates"), &mut text);
    sources(&root().join("src"), &mut text);
    text.split('"')
        .filter(|part| part.starts_with("pay-") && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn both_languages_say_the_same_things() {
    let (ru, en) = (catalogue("ru"), catalogue("en"));
    assert_eq!(ru.keys().collect::<Vec<_>>(), en.keys().collect::<Vec<_>>(), "the same keys");
    for (key, places) in &ru {
        assert_eq!(Some(places), en.get(key), "{key}: the same places");
    }
}

#[test]
fn every_sentence_is_said_and_every_said_one_exists() {
    let keys: BTreeSet<String> = catalogue("ru").into_keys().collect();
    let said = said();
    let missing: Vec<_> = said.difference(&keys).collect();
    let unused: Vec<_> = keys.difference(&said).collect();
    assert!(missing.is_empty(), "not in the catalogue: {missing:?}");
    assert!(unused.is_empty(), "nobody says: {unused:?}");
}

#[test]
fn russian_numbers_take_their_forms() {
    use oplata::base::i18n::say_with;
    use oplata::base::texts::Lang;
    let lines = |lang, count: u32| say_with(lang, "pay-lines-count", [("count", count.into())]);
    let russian: Vec<String> = [1, 2, 5, 11, 21, 104].map(|count| lines(Lang::Ru, count)).to_vec();
    let expected = ["1 позиция", "2 позиции", "5 позиций", "11 позиций", "21 позиция", "104 позиции"];
    assert_eq!(russian, expected.map(|text| text.replace(' ', "\u{a0}")));
    assert_eq!(lines(Lang::En, 1), "1\u{a0}item");
    assert_eq!(lines(Lang::En, 21), "21\u{a0}items");
}
