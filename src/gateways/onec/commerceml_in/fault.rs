//! Why a file cannot be read at all.

/// A file is refused whole: none of its documents is taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Neither UTF-8 nor windows-1251, or not what the declaration says (EXC-7).
    #[error("кодировка: {0}")]
    Encoding(String),
    /// Not well-formed XML, or XML that we do not accept (EXC-6).
    #[error("файл не читается как XML: {0}")]
    Xml(String),
    /// Beyond a limit.
    #[error("файл слишком велик: {0}")]
    Limit(String),
    /// XML, but not CommerceML.
    #[error("это не CommerceML: {0}")]
    Foreign(String),
    /// The bytes could not be fetched or unpacked.
    #[error("{0}")]
    Source(String),
}

impl FileFault {
    /// The fault behind an error of a reader: ours if it carries one.
    pub(super) fn of_io(error: &std::io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()) {
            Some(fault) => fault.clone(),
            None => Self::Source(error.to_string()),
        }
    }

    /// Carries the fault through `std::io::Read`.
    pub fn into_io(self) -> std::io::Error {
        std::io::Error::new(std::io::ErrorKind::InvalidData, self)
    }
}
