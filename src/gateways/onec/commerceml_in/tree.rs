//! One document as a small tree; its size is bounded by the walk that builds it.

/// An element: local name, attributes, text, children.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.trim())
    }

    pub(super) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Every grandchild of one name, however often its list is repeated.
    pub(super) fn list<'a>(&'a self, list: &'a str, item: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children
            .iter()
            .filter(move |child| child.name == list)
            .flat_map(|list| list.children.iter())
            .filter(move |child| child.name == item)
    }

    /// Trimmed text of a child; an empty one is as good as absent.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.trim()).filter(|text| !text.is_empty())
    }

    /// The first of several names that has a text.
    pub(super) fn text_of(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.text(name))
    }
}

/// `ЗначенияРеквизитов`: pairs of name and value, names compared without case.
#[derive(Debug, Clone, Default)]
pub(super) struct Properties(Vec<(String, String)>);

impl Properties {
    pub(super) fn of(element: &Element) -> Self {
        let pairs = element.list("ЗначенияРеквизитов", "ЗначениеРеквизита").filter_map(|pair| {
            let (name, value) = (pair.text("Наименование")?, pair.text("Значение")?);
            Some((name.to_lowercase(), value.to_owned()))
        });
        Self(pairs.collect())
    }

    pub(super) fn get(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| {
            let name = name.to_lowercase();
            self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
        })
    }
}
