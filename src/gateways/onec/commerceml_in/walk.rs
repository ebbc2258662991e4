//! The file as a stream of groups: a document alone, or a Контейнер of documents that belong together.

use std::io::{BufReader, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::decode::Decoded;
use super::document::{Generated, Verdict};
use super::fault::FileFault;
use super::read::{self, Reading};
use super::tree::Element;
use super::values;

/// Depth, attributes, lengths (EXC-6), and how much one group may hold.
const DEPTH: usize = 64;
const ATTRIBUTES: usize = 64;
const NAME: usize = 1024;
const TEXT: usize = 64 * 1024;
const GROUP_BYTES: usize = 16 * 1024 * 1024;
const GROUP_ELEMENTS: usize = 300_000;

const ROOT: &str = "КоммерческаяИнформация";

/// Documents that came together.
#[derive(Debug, Clone)]
pub struct Group {
    /// In the order of the file, nested ones after the one that holds them.
    pub documents: Vec<Verdict>,
}

/// The groups of a file, one after the other. Only one of them is in memory. After a fault nothing more comes.
pub struct Groups<R: Read> {
    reader: Reader<BufReader<Decoded<R>>>,
    buffer: Vec<u8>,
    reading: Reading,
    generated: Option<Generated>,
    position: u64,
    over: bool,
    bytes: usize,
    elements: usize,
}

/// What the reader met, as far as we care.
enum Met {
    Open(Element, bool),
    Close,
    Text(String),
    End,
}

impl<R: Read> Groups<R> {
    /// Reads up to the root element.
    ///
    /// # Errors
    /// [`FileFault`] when this is no CommerceML in an encoding that we accept.
    pub fn open(source: R, reading: Reading) -> Result<Self, FileFault> {
        let reader = Reader::from_reader(BufReader::new(Decoded::open(source)?));
        let mut groups = Self {
            reader,
            buffer: Vec::new(),
            reading,
            generated: None,
            position: 0,
            over: false,
            bytes: 0,
            elements: 0,
        };
        groups.enter_root()?;
        Ok(groups)
    }

    /// `ДатаФормирования`.
    pub fn generated(&self) -> Option<Generated> {
        self.generated
    }

    fn enter_root(&mut self) -> Result<(), FileFault> {
        loop {
            match self.meet()? {
                Met::Open(root, empty) if root.name == ROOT => {
                    let at = root.attribute("ДатаФормирования").and_then(values::moment);
                    self.generated = at.map(|(at, day_only)| Generated { at, day_only });
                    if empty {
                        self.finish()?;
                    }
                    return Ok(());
                }
                Met::Open(other, _) => {
                    return Err(FileFault::Foreign(format!("корневой элемент «{}»", other.name)));
                }
                Met::Text(text) if text.trim().is_empty() => {}
                Met::End => return Err(FileFault::Xml("файл пуст".to_owned())),
                Met::Text(_) | Met::Close => return Err(FileFault::Xml("текст до корневого элемента".to_owned())),
            }
        }
    }

    /// After the root only white space may come; the source is read to its end, so that its check sum is checked.
    fn finish(&mut self) -> Result<(), FileFault> {
        self.over = true;
        loop {
            match self.meet()? {
                Met::End => return Ok(()),
                Met::Text(text) if text.trim().is_empty() => {}
                _ => return Err(FileFault::Xml("после конца документа что-то ещё".to_owned())),
            }
        }
    }

    fn next_group(&mut self) -> Result<Option<Group>, FileFault> {
        while !self.over {
            (self.bytes, self.elements) = (0, 0);
            match self.meet()? {
                Met::Open(element, empty) => {
                    let whole = if empty { element } else { self.grow(element)? };
                    if let Some(group) = self.group(&whole) {
                        return Ok(Some(group));
                    }
                }
                Met::Close => self.finish()?,
                Met::Text(_) => {}
                Met::End => return Err(FileFault::Xml("файл обрывается".to_owned())),
            }
        }
        Ok(None)
    }

    fn group(&mut self, element: &Element) -> Option<Group> {
        let mut documents = Vec::new();
        match element.name.as_str() {
            "Документ" => documents = read::documents(element, self.reading, &mut self.position),
            "Контейнер" => {
                for inner in element.children.iter().filter(|child| child.name == "Документ") {
                    documents.extend(read::documents(inner, self.reading, &mut self.position));
                }
                bind_to_only_order(&mut documents);
            }
            _ => {}
        }
        (!documents.is_empty()).then_some(Group { documents })
    }

    /// Reads an open element to its end, without recursion.
    fn grow(&mut self, root: Element) -> Result<Element, FileFault> {
        let mut open = vec![root];
        loop {
            match self.meet()? {
                Met::Open(element, false) if open.len() + 2 > DEPTH => {
                    return Err(FileFault::Limit(format!("«{}»: вложенность больше {DEPTH}", element.name)));
                }
                Met::Open(element, false) => open.push(element),
                Met::Open(element, true) => {
                    if let Some(parent) = open.last_mut() {
                        parent.children.push(element);
                    }
                }
                Met::Text(text) => {
                    if let Some(parent) = open.last_mut() {
                        parent.text.push_str(&text);
                        if parent.text.len() > TEXT {
                            return Err(FileFault::Limit(format!("«{}»: текст длиннее 64 КБ", parent.name)));
                        }
                    }
                }
                Met::Close => {
                    let Some(closed) = open.pop() else {
                        return Err(FileFault::Xml("лишний конец".to_owned()));
                    };
                    match open.last_mut() {
                        Some(parent) => parent.children.push(closed),
                        None => return Ok(closed),
                    }
                }
                Met::End => return Err(FileFault::Xml("файл обрывается".to_owned())),
            }
        }
    }

    /// The next event that matters; what we never accept is a fault.
    fn meet(&mut self) -> Result<Met, FileFault> {
        loop {
            self.buffer.clear();
            self.reader.get_mut().get_mut().event_over();
            let event = self.reader.read_event_into(&mut self.buffer).map_err(|error| fault(&error))?;
            let met = match event {
                Event::Start(start) => Met::Open(element(&start)?, false),
                Event::Empty(start) => Met::Open(element(&start)?, true),
                Event::End(_) => Met::Close,
                Event::Text(text) => Met::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Met::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => Met::Text(character(&reference)?.to_string()),
                Event::Eof => Met::End,
                Event::DocType(_) => return Err(FileFault::Xml("DOCTYPE не принимается".to_owned())),
                Event::Comment(_) | Event::PI(_) | Event::Decl(_) => continue,
            };
            self.weigh(&met)?;
            return Ok(met);
        }
    }

    fn weigh(&mut self, met: &Met) -> Result<(), FileFault> {
        match met {
            Met::Open(element, _) => {
                self.elements += 1;
                self.bytes += element.name.len();
            }
            Met::Text(text) => self.bytes += text.len(),
            Met::Close | Met::End => {}
        }
        if self.bytes > GROUP_BYTES || self.elements > GROUP_ELEMENTS {
            return Err(FileFault::Limit("один документ больше 16 МБ".to_owned()));
        }
        Ok(())
    }
}

impl<R: Read> Iterator for Groups<R> {
    type Item = Result<Group, FileFault>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.next_group() {
            Ok(group) => group.map(Ok),
            Err(fault) => {
                self.over = true;
                Some(Err(fault))
            }
        }
    }
}

/// Money in a Контейнер that names no order belongs to the only order there; of several it is an orphan, never a guess.
fn bind_to_only_order(documents: &mut [Verdict]) {
    use super::document::DocumentKind;
    let mut orders = documents
        .iter()
        .flatten()
        .filter(|document| document.kind == DocumentKind::Order)
        .map(|order| order.id.clone());
    let (Some(only), None) = (orders.next(), orders.next()) else { return };
    for document in documents.iter_mut().flatten().filter(|document| document.kind != DocumentKind::Order) {
        document.base.get_or_insert_with(|| only.clone());
    }
}

fn element(start: &BytesStart<'_>) -> Result<Element, FileFault> {
    let name = start.local_name().as_ref().to_owned();
    if name.len() > NAME {
        return Err(FileFault::Limit("имя элемента длиннее 1 КБ".to_owned()));
    }
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| FileFault::Xml(error.to_string()))?;
        if attributes.len() >= ATTRIBUTES {
            return Err(FileFault::Limit(format!("у «{name}» больше {ATTRIBUTES} атрибутов")));
        }
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Implicit1_0)
            .map_err(|error| FileFault::Xml(error.to_string()))?;
        if attribute.key.as_ref().len() > NAME || value.len() > TEXT {
            return Err(FileFault::Limit(format!("атрибут «{name}» слишком длинный")));
        }
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
    }
    Ok(Element { name, attributes, ..Element::default() })
}

/// The five entities and character references; no other is known (EXC-6).
fn character(reference: &BytesRef<'_>) -> Result<char, FileFault> {
    let unknown = || FileFault::Xml(format!("неизвестная ссылка &{};", &**reference));
    match &**reference {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => match reference.resolve_char_ref() {
            Ok(Some(character)) if character >= ' ' || matches!(character, '\t' | '\n' | '\r') => Ok(character),
            _ => Err(unknown()),
        },
    }
}

fn fault(error: &quick_xml::Error) -> FileFault {
    match error {
        quick_xml::Error::Io(inner) => FileFault::of_io(inner),
        other => FileFault::Xml(other.to_string()),
    }
}
