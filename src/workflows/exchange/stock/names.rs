//! Names of files that a client says: a label, never a path.

use crate::base::{Error, Result};

/// A file's base name: letters, digits, `_`, `.`, `-`, ending in `.xml` or `.zip` (EXC-3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileName(String);

impl FileName {
    /// Keeps the base name of what other programs put before it (`upload/1c/webdata/orders.xml`).
    ///
    /// # Errors
    /// `Invalid` for anything that leads out of a folder, and for names of other shapes.
    pub fn read(text: &str) -> Result<Self> {
        let refuse =
            || Error::invalid("filename", "Имя файла не подходит: нужны латинские буквы, цифры и .xml или .zip");
        let parts: Vec<&str> = text.split(['/', '\\']).collect();
        let escapes = text.starts_with(['/', '\\']) || parts.iter().any(|part| matches!(*part, "." | ".."));
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        if escapes || text.len() > 300 || !parts.iter().all(|part| !part.is_empty() && part.bytes().all(plain)) {
            return Err(refuse());
        }
        let base = parts.last().copied().unwrap_or_default();
        let lower = base.to_ascii_lowercase();
        let known = lower.strip_suffix(".xml").or_else(|| lower.strip_suffix(".zip"));
        if base.len() > 80 || known.is_none_or(|stem| stem.trim_matches('.').is_empty()) || base.starts_with('.') {
            return Err(refuse());
        }
        Ok(Self(lower))
    }

    /// The name; names are compared without case.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is an archive.
    #[must_use]
    pub fn is_zip(&self) -> bool {
        is_zip(&self.0)
    }
}

/// Whether a kept name is an archive's; kept names are in lower case.
pub(super) fn is_zip(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, kind)| kind == "zip")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exc_no_16_names_are_labels() {
        for good in
            ["orders-6a1f0a9e-77a2_1.xml", "v8_1A2B_3c.zip", "upload/1c/webdata/orders.XML", "v8_a\\b\\orders.xml"]
        {
            assert!(FileName::read(good).is_ok(), "{good}");
        }
        assert_eq!(FileName::read("upload/1c/Orders.xml").unwrap().as_str(), "orders.xml");
        let bad = [
            "",
            ".",
            "..",
            "../a.xml",
            "a/../b.xml",
            "..\\a.xml",
            "a\\..\\b.xml",
            "/etc/passwd",
            "/a.xml",
            "\\a.xml",
            "C:\\a.xml",
            "C:a.xml",
            "a.xml\0",
            "a\r\nb.xml",
            "a%2f.xml",
            "..%2f..%2fa.xml",
            "a//b.xml",
            ".xml",
            "....xml",
            "a.txt",
            "a.xml.exe",
            "а.xml",
            "~/a.xml",
            "file:///a.xml",
            "\\\\host\\a.xml",
            "a .xml",
            "./a.xml",
        ];
        for name in bad {
            assert!(FileName::read(name).is_err(), "{name:?}");
        }
        assert!(FileName::read(&format!("{}.xml", "a".repeat(5000))).is_err());
    }
}
