//! XML as small trees, one for each record of a list.
//!
//! A document type is refused, since it can declare entities that grow without bound; the five entities of XML itself
//! and characters by number are read. What is open when the file ends was cut off.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};

use super::Limits;
use super::refusal::Refusal;
use super::text::place;
use super::values::clean;

/// An element with what is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) text: String,
    pub(super) children: Vec<Element>,
}

impl Element {
    /// The children of a name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The text of the first child of a name.
    pub(super) fn text_of(&self, name: &str) -> Option<String> {
        self.all(name).find_map(|child| clean(&child.text))
    }

    /// The texts at a path of names below this element.
    pub(super) fn texts(&self, path: &[&str]) -> Vec<String> {
        match path {
            [] => clean(&self.text).into_iter().collect(),
            [name, rest @ ..] => self.all(name).flat_map(|child| child.texts(rest)).collect(),
        }
    }

    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        self.attributes.iter().find(|(known, _)| known == name).and_then(|(_, value)| clean(value))
    }
}

/// Elements may be nested so deep.
const DEEPEST: usize = 16;
/// An element may have so much in it.
const MOST_CHILDREN: usize = 20_000;

/// The records of a document and where each begins.
pub(super) struct Records<'a> {
    file: &'a str,
    text: &'a str,
    reader: Reader<&'a [u8]>,
    most: usize,
    /// The outermost element, without what is in it.
    pub(super) root: Element,
    /// Which elements are records.
    wanted: &'a [&'a str],
    depth: usize,
    seen_root: bool,
}

impl<'a> Records<'a> {
    /// Reads up to the outermost element.
    pub(super) fn new(
        file: &'a str,
        text: &'a str,
        records: &'a [&'a str],
        limits: &Limits,
    ) -> Result<Self, Refusal> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().enable_all_checks(true);
        let mut found = Self {
            file,
            text,
            reader,
            most: limits.field,
            root: Element::default(),
            wanted: records,
            depth: 0,
            seen_root: false,
        };
        while !found.seen_root {
            match found.event()? {
                Event::Start(start) => {
                    found.root = found.opened(&start)?;
                    found.depth = 1;
                    found.seen_root = true;
                }
                Event::Eof => return Err(found.refusal("the file has no element")),
                Event::Empty(_) => return Err(found.refusal("the list is empty")),
                other @ (Event::Text(_)
                | Event::CData(_)
                | Event::End(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_)
                | Event::GeneralRef(_)) => found.is_outside(&other)?,
            }
        }
        Ok(found)
    }

    fn event(&mut self) -> Result<Event<'a>, Refusal> {
        let event = self.reader.read_event().map_err(|error| {
            Refusal::at(
                self.file,
                self.place(self.reader.error_position()),
                "",
                format!("the file is cut off or is no well-formed XML: {error}"),
            )
        })?;
        if matches!(event, Event::DocType(_)) {
            return Err(
                self.refusal("a document type is not read: it can make a small file grow without bound")
            );
        }
        Ok(event)
    }

    fn place(&self, position: u64) -> (u64, u64) {
        let at = usize::try_from(position).unwrap_or(usize::MAX).min(self.text.len());
        place(self.text.get(..at).unwrap_or_default())
    }

    fn refusal(&self, reason: &str) -> Refusal {
        Refusal::at(self.file, self.place(self.reader.buffer_position()), "", reason)
    }

    /// A refusal at the place where the reading stands.
    pub(super) fn refuse(&self, value: &str, reason: &str) -> Refusal {
        Refusal::at(self.file, self.place(self.reader.buffer_position()), value, reason)
    }

    /// Refuses what may not stand outside the outermost element: anything but blanks, comments and instructions.
    fn is_outside(&self, event: &Event<'_>) -> Result<(), Refusal> {
        let blank = match event {
            Event::Text(text) => text.xml_content(XmlVersion::Implicit1_0).trim().is_empty(),
            Event::Comment(_) | Event::PI(_) => true,
            // A declaration stands at the very beginning.
            Event::Decl(_) => !self.seen_root,
            Event::Start(_)
            | Event::Empty(_)
            | Event::End(_)
            | Event::CData(_)
            | Event::DocType(_)
            | Event::GeneralRef(_)
            | Event::Eof => false,
        };
        if blank { Ok(()) } else { Err(self.refusal("something stands outside the outermost element")) }
    }

    /// The next record.
    pub(super) fn next(&mut self) -> Result<Option<Element>, Refusal> {
        loop {
            let event = self.event()?;
            if self.depth == 0 {
                if matches!(event, Event::Eof) {
                    return Ok(None);
                }
                self.is_outside(&event)?;
                continue;
            }
            match event {
                Event::Start(start) if self.wanted.contains(&name_of(&start).as_str()) => {
                    return self.element(&start).map(Some);
                }
                Event::Empty(start) if self.wanted.contains(&name_of(&start).as_str()) => {
                    return self.opened(&start).map(Some);
                }
                Event::Start(_) => self.depth += 1,
                Event::End(_) => self.depth = self.depth.saturating_sub(1),
                Event::Eof => {
                    return Err(self.refusal("the file is cut off: an element is still open at its end"));
                }
                Event::Empty(_)
                | Event::Text(_)
                | Event::CData(_)
                | Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_)
                | Event::GeneralRef(_) => {}
            }
            if self.depth > DEEPEST {
                return Err(self.refusal("elements are nested too deep"));
            }
        }
    }

    /// An element whose beginning was read, with all that is in it.
    fn element(&mut self, start: &BytesStart<'_>) -> Result<Element, Refusal> {
        let mut open = vec![self.opened(start)?];
        loop {
            match self.event()? {
                Event::Start(start) => open.push(self.opened(&start)?),
                Event::Empty(start) => {
                    let child = self.opened(&start)?;
                    self.add(&mut open, child)?;
                }
                Event::End(_) => {
                    let Some(done) = open.pop() else {
                        return Err(self.refusal("an element ends that was not begun"));
                    };
                    if open.is_empty() {
                        return Ok(done);
                    }
                    self.add(&mut open, done)?;
                }
                Event::Text(text) => self.append(&mut open, &text.xml_content(XmlVersion::Implicit1_0))?,
                Event::CData(text) => self.append(&mut open, &text.xml_content(XmlVersion::Implicit1_0))?,
                Event::GeneralRef(entity) => {
                    let number = entity
                        .resolve_char_ref()
                        .map_err(|_| self.refusal("a character has a number that none has"))?;
                    let named = match &*entity.xml_content(XmlVersion::Implicit1_0) {
                        "amp" => Some('&'),
                        "lt" => Some('<'),
                        "gt" => Some('>'),
                        "apos" => Some('\''),
                        "quot" => Some('"'),
                        _other => None,
                    };
                    let c = number
                        .or(named)
                        .ok_or_else(|| self.refusal("an entity is named that XML does not have"))?;
                    self.append(&mut open, c.encode_utf8(&mut [0; 4]))?;
                }
                Event::Eof => {
                    return Err(self.refusal("the file is cut off: an element is still open at its end"));
                }
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
            }
            if open.len() > DEEPEST {
                return Err(self.refusal("elements are nested too deep"));
            }
        }
    }

    fn opened(&self, start: &BytesStart<'_>) -> Result<Element, Refusal> {
        let mut element = Element { name: name_of(start), ..Element::default() };
        for attribute in start.attributes() {
            let attribute =
                attribute.map_err(|error| self.refusal(&format!("an attribute is malformed: {error}")))?;
            let value = attribute
                .normalized_value(XmlVersion::Implicit1_0)
                .map_err(|error| self.refusal(&format!("an attribute is malformed: {error}")))?;
            if value.len() > self.most {
                return Err(self.refusal(&format!("an attribute is longer than {} bytes", self.most)));
            }
            element.attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
        }
        Ok(element)
    }

    fn add(&self, open: &mut [Element], child: Element) -> Result<(), Refusal> {
        if let Some(parent) = open.last_mut() {
            parent.children.push(child);
            if parent.children.len() > MOST_CHILDREN {
                return Err(self.refusal("an element has too much in it"));
            }
        }
        Ok(())
    }

    fn append(&self, open: &mut [Element], text: &str) -> Result<(), Refusal> {
        if let Some(element) = open.last_mut() {
            if element.text.len() + text.len() > self.most {
                return Err(self.refusal(&format!("a text is longer than {} bytes", self.most)));
            }
            element.text.push_str(text);
        }
        Ok(())
    }
}

fn name_of(start: &BytesStart<'_>) -> String {
    start.local_name().as_ref().to_owned()
}
