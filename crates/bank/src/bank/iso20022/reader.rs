//! From a stream of bytes to a small tree of elements, with line numbers; and the typed accessors that the messages
//! read through.
//!
//! What repeats without end (the entries of a report, the reports) is handed over when it closes and not kept, so that
//! the memory a file takes does not grow with it. What is kept is bounded ([`MAX_BYTES`], [`MAX_DEPTH`],
//! [`MAX_ELEMENTS`], [`source::MAX_RUN`]) and holds no entity expansion at all.

use super::{
    AccountHolder, FormatError, MessageKind, NAMESPACE, Reason, is_hidden,
    source::{Source, stopped},
};
use crate::kernel::{
    clock::{LegalDate, Timestamp},
    money::Money,
};
use chrono::Datelike;
use quick_xml::{
    NsReader,
    errors::{Error, IllFormedError, SyntaxError},
    events::{BytesDecl, BytesRef, BytesStart, Event},
    name::ResolveResult,
};
use std::{io::Read, str::FromStr};

pub use super::source::MAX_BYTES;
/// Deepest nesting; the messages themselves need 12.
pub const MAX_DEPTH: usize = 32;
/// Most elements kept at one time.
pub const MAX_ELEMENTS: usize = 400_000;
/// Most attributes of one element; the messages need one.
const MAX_ATTRIBUTES: usize = 16;

/// Supplementary data may be of any namespace; nothing is read from it.
const FOREIGN_ALLOWED_IN: &str = "SplmtryData";

/// A parsed file: its kind and the element below `Document` that holds the message, without what has passed.
#[derive(Debug)]
pub struct Document {
    pub kind: MessageKind,
    /// E.g. `camt.054.001.08`.
    pub name: String,
    pub message: Element,
}

/// Takes what repeats in an account report while it passes; it is gone afterwards.
pub trait Passing {
    /// An entry has closed. `report` holds what stands before it: the account, balances, control figures.
    fn entry(&mut self, report: &Element, entry: &Element) -> Result<(), FormatError>;
    /// A report has closed; its entries are not in it any more.
    fn report(&mut self, kind: MessageKind, report: &Element) -> Result<(), FormatError>;
}

/// One element: its name without prefix, its line, its own text (trimmed) or its children, its currency attribute.
#[derive(Debug)]
pub struct Element {
    pub name: String,
    pub line: u32,
    text: String,
    currency: Option<String>,
    children: Vec<Element>,
    /// Elements kept before this one was opened: what is given back when it has passed.
    kept: usize,
}

impl Document {
    /// Reads a file to its end; entries and reports go to `passing`.
    pub fn parse(source: impl Read, passing: &mut dyn Passing) -> Result<Document, FormatError> {
        let (namespace, root) = Tree::build(Source::new(source), passing)?;
        let kind = MessageKind::from_namespace(&namespace)
            .filter(|_| root.name == "Document")
            .ok_or_else(|| FormatError::new(root.line, "Document", Reason::UnknownMessage))?;
        let message = root.into_only_child(kind.profile().3)?;
        let name = namespace.strip_prefix(NAMESPACE).unwrap_or(&namespace).to_owned();
        Ok(Document { kind, name, message })
    }
}

/// The state of one pass over the file.
struct Tree<'p, R: Read> {
    reader: NsReader<Source<R>>,
    line: u32,
    elements: usize,
    open: Vec<Element>,
    root: Option<Element>,
    namespace: Option<String>,
    passing: &'p mut dyn Passing,
}

impl<R: Read> Tree<'_, R> {
    /// The namespace of the root and the root itself.
    fn build(source: Source<R>, passing: &mut dyn Passing) -> Result<(String, Element), FormatError> {
        let reader = NsReader::from_reader(source);
        let mut tree = Tree { reader, line: 1, elements: 0, open: Vec::new(), root: None, namespace: None, passing };
        let mut buffer = Vec::new();
        while tree.step(&mut buffer)? {
            buffer.clear();
        }
        match (tree.namespace, tree.root, tree.open.last()) {
            (Some(namespace), Some(root), None) => Ok((namespace, root)),
            (_, _, Some(open)) => {
                Err(FormatError::new(tree.line, &open.name, Reason::Malformed("the file ends inside".to_owned())))
            }
            _ => Err(FormatError::whole(Reason::Empty)),
        }
    }

    /// Takes one event; `false` at the end of the file.
    fn step(&mut self, buffer: &mut Vec<u8>) -> Result<bool, FormatError> {
        self.line = self.reader.get_ref().line();
        let event = self.reader.read_event_into(buffer).map_err(|e| self.fault(describe(&e)))?;
        match event {
            Event::Start(tag) => self.start(&tag)?,
            Event::Empty(tag) => {
                self.start(&tag)?;
                self.end()?;
            }
            Event::End(_) => self.end()?,
            Event::Text(text) => self.add_text(&text.xml10_content())?,
            Event::CData(text) => self.add_text(&text.xml10_content())?,
            Event::GeneralRef(reference) => self.add_reference(&reference)?,
            Event::Decl(declaration) => self.declaration(&declaration)?,
            Event::DocType(_) => return Err(self.fault(Reason::Dtd)),
            Event::PI(_) => return Err(self.fault(Reason::ProcessingInstruction)),
            Event::Comment(_) => {}
            Event::Eof => return Ok(false),
        }
        Ok(true)
    }

    fn fault(&self, reason: Reason) -> FormatError {
        let element = self.open.last().map_or("Document", |e| e.name.as_str());
        FormatError::new(self.line, element, reason)
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), FormatError> {
        let kept = self.elements;
        self.elements = self.elements.saturating_add(1);
        if self.elements > MAX_ELEMENTS {
            return Err(self.fault(Reason::TooManyElements));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(self.fault(Reason::TooDeep));
        }
        if self.root.is_some() {
            return Err(self.fault(Reason::Malformed("a second root element".to_owned())));
        }
        let name = tag.local_name().into_inner().to_owned();
        self.check_namespace(tag)?;
        let mut currency = None;
        for (index, attribute) in tag.attributes().enumerate() {
            if index >= MAX_ATTRIBUTES {
                return Err(self.fault(Reason::TooManyAttributes));
            }
            let attribute = attribute.map_err(|_| self.fault(Reason::Malformed("an attribute".to_owned())))?;
            if attribute.key.into_inner() == "Ccy" {
                currency = Some(attribute.value.into_owned());
            }
        }
        self.open.push(Element { name, line: self.line, text: String::new(), currency, children: Vec::new(), kept });
        Ok(())
    }

    /// All elements are of the root's namespace, except inside of supplementary data.
    fn check_namespace(&mut self, tag: &BytesStart<'_>) -> Result<(), FormatError> {
        let namespace = match self.reader.resolver().resolve_element(tag.name()).0 {
            ResolveResult::Bound(namespace) => namespace.into_inner().to_owned(),
            ResolveResult::Unbound => String::new(),
            ResolveResult::Unknown(_) => return Err(self.fault(Reason::ForeignElement)),
        };
        match &self.namespace {
            None => self.namespace = Some(namespace),
            Some(expected) if *expected == namespace => {}
            Some(_) if self.open.iter().any(|e| e.name == FOREIGN_ALLOWED_IN) => {}
            Some(_) => return Err(self.fault(Reason::ForeignElement)),
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), FormatError> {
        let Some(mut element) = self.open.pop() else {
            return Err(self.fault(Reason::Malformed("an end without a start".to_owned())));
        };
        let trimmed = element.text.trim_matches([' ', '\t', '\r', '\n']);
        let reason = if !element.children.is_empty() && !trimmed.is_empty() {
            Some(Reason::StrayText)
        } else if trimmed.chars().any(is_hidden) {
            Some(Reason::ControlCharacter)
        } else {
            None
        };
        if let Some(reason) = reason {
            return Err(FormatError::new(element.line, &element.name, reason));
        }
        element.text = trimmed.to_owned();
        if self.pass(&element)? {
            self.elements = element.kept;
            return Ok(());
        }
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    /// Hands an entry or a report over, if the element is one at its place. `false` for everything that is kept.
    fn pass(&mut self, element: &Element) -> Result<bool, FormatError> {
        let kind = || MessageKind::from_namespace(self.namespace.as_deref()?);
        let at_home = |kind: MessageKind, root: &Element, message: &Element| {
            root.name == "Document" && message.name == kind.profile().3 && kind.report().is_some()
        };
        match self.open.as_slice() {
            [root, message, report] if element.name == "Ntry" => match kind() {
                Some(kind) if at_home(kind, root, message) && kind.report().is_some_and(|name| name == report.name) => {
                    self.passing.entry(report, element)?;
                    Ok(true)
                }
                _ => Ok(false),
            },
            [root, message] => match kind() {
                Some(kind)
                    if at_home(kind, root, message) && kind.report().is_some_and(|name| name == element.name) =>
                {
                    self.passing.report(kind, element)?;
                    Ok(true)
                }
                _ => Ok(false),
            },
            _ => Ok(false),
        }
    }

    fn add_text(&mut self, text: &str) -> Result<(), FormatError> {
        match self.open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim_matches([' ', '\t', '\r', '\n']).is_empty() => {}
            None => return Err(self.fault(Reason::StrayText)),
        }
        Ok(())
    }

    fn add_reference(&mut self, reference: &BytesRef<'_>) -> Result<(), FormatError> {
        let character = match reference.resolve_char_ref() {
            Ok(Some(character)) => character,
            Ok(None) => match &**reference {
                "lt" => '<',
                "gt" => '>',
                "amp" => '&',
                "apos" => '\'',
                "quot" => '"',
                _ => return Err(self.fault(Reason::Entity)),
            },
            Err(_) => return Err(self.fault(Reason::Entity)),
        };
        // also an escaped line break: nobody needs one in a name, and it could forge a line in a printout
        if is_hidden(character) {
            return Err(self.fault(Reason::ControlCharacter));
        }
        self.add_text(character.encode_utf8(&mut [0; 4]))
    }

    fn declaration(&self, declaration: &BytesDecl<'_>) -> Result<(), FormatError> {
        let version = declaration.version().map_err(|e| self.fault(describe(&e)))?;
        if version != "1.0" {
            return Err(self.fault(Reason::Malformed("XML 1.0 is expected".to_owned())));
        }
        match declaration.encoding() {
            None => Ok(()),
            Some(Ok(encoding)) if encoding.eq_ignore_ascii_case("utf-8") => Ok(()),
            Some(_) => Err(self.fault(Reason::NotUtf8)),
        }
    }
}

/// The kind of a syntax fault without quoting the file.
fn describe(error: &Error) -> Reason {
    let text = match error {
        Error::Io(error) => return stopped(error),
        Error::Encoding(_) => return Reason::NotUtf8,
        Error::Syntax(SyntaxError::UnclosedTag | SyntaxError::UnclosedSingleQuotedAttributeValue) => "an open tag",
        Error::Syntax(_) => "a syntax error",
        Error::IllFormed(IllFormedError::MismatchedEndTag { .. }) => "start and end do not match",
        Error::IllFormed(IllFormedError::UnmatchedEndTag(_)) => "an end without a start",
        Error::IllFormed(IllFormedError::MissingEndTag(_)) => "the file ends inside",
        Error::IllFormed(_) => "a wrong structure",
        Error::InvalidAttr(_) => "an attribute",
        Error::Escape(_) => "an escape",
        Error::Namespace(_) => "a namespace",
    };
    Reason::Malformed(text.to_owned())
}

impl Element {
    pub fn fault(&self, reason: Reason) -> FormatError {
        FormatError::new(self.line, &self.name, reason)
    }

    fn into_only_child(self, name: &'static str) -> Result<Element, FormatError> {
        let (line, own) = (self.line, self.name);
        let mut children = self.children.into_iter();
        match (children.next(), children.next()) {
            (Some(child), None) if child.name == name => Ok(child),
            (Some(extra), _) => Err(FormatError::new(extra.line, &extra.name, Reason::UnknownMessage)),
            (None, _) => Err(FormatError::new(line, &own, Reason::Missing(name))),
        }
    }

    pub fn all(&self, name: &'static str) -> impl Iterator<Item = &Element> {
        self.children.iter().filter(move |child| child.name == name)
    }
    /// The child of that name, if there is one; two are a fault.
    pub fn find(&self, name: &'static str) -> Result<Option<&Element>, FormatError> {
        let mut found = self.all(name);
        let first = found.next();
        match found.next() {
            Some(second) => Err(second.fault(Reason::Repeated(name))),
            None => Ok(first),
        }
    }
    pub fn get(&self, name: &'static str) -> Result<&Element, FormatError> {
        self.find(name)?.ok_or_else(|| self.fault(Reason::Missing(name)))
    }
    /// Down a path of single children.
    pub fn find_path(&self, path: &[&'static str]) -> Result<Option<&Element>, FormatError> {
        let mut at = self;
        for name in path {
            match at.find(name)? {
                Some(child) => at = child,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    /// The text of a leaf: 1 to `max` characters.
    pub fn text(&self, max: usize) -> Result<&str, FormatError> {
        if let Some(child) = self.children.first() {
            return Err(child.fault(Reason::StrayText));
        }
        if self.text.is_empty() {
            return Err(self.fault(Reason::EmptyValue));
        }
        if self.text.chars().count() > max {
            return Err(self.fault(Reason::TooLong(max)));
        }
        Ok(&self.text)
    }
    pub fn text_of(&self, name: &'static str, max: usize) -> Result<String, FormatError> {
        Ok(self.get(name)?.text(max)?.to_owned())
    }
    pub fn text_at(&self, path: &[&'static str], max: usize) -> Result<Option<String>, FormatError> {
        self.find_path(path)?.map(|element| element.text(max).map(str::to_owned)).transpose()
    }

    /// An amount of CNY with exactly two decimals, zero allowed (balances).
    pub fn amount(&self) -> Result<Money, FormatError> {
        match self.currency.as_deref() {
            Some("CNY") => self.sum(),
            _ => Err(self.fault(Reason::Currency)),
        }
    }
    /// An amount of CNY above zero.
    pub fn positive_amount(&self) -> Result<Money, FormatError> {
        let amount = self.amount()?;
        if amount.is_positive() { Ok(amount) } else { Err(self.fault(Reason::Zero)) }
    }
    /// A control sum: the same text as an amount, without a currency.
    pub fn sum(&self) -> Result<Money, FormatError> {
        Money::parse_unsigned(self.text(18)?).map_err(|e| self.fault(e.into()))
    }
    pub fn count(&self) -> Result<u64, FormatError> {
        let text = self.text(15)?;
        if !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(self.fault(Reason::Value));
        }
        text.parse().map_err(|_| self.fault(Reason::Value))
    }
    pub fn flag(&self) -> Result<bool, FormatError> {
        match self.text(5)? {
            "true" | "1" => Ok(true),
            "false" | "0" => Ok(false),
            _ => Err(self.fault(Reason::Value)),
        }
    }

    /// The choice `Dt` | `DtTm` as a legal date in Asia/Shanghai.
    pub fn legal_date(&self) -> Result<LegalDate, FormatError> {
        match self.find("Dt")? {
            Some(date) => date.date(),
            None => Ok(self.get("DtTm")?.instant()?.legal_date()),
        }
    }
    pub fn date(&self) -> Result<LegalDate, FormatError> {
        let text = self.text(16)?;
        let text = text.strip_suffix("+08:00").unwrap_or(text);
        // chrono also reads 2026-1-2; the schema does not
        LegalDate::from_str(text)
            .ok()
            .filter(|date| text.len() == 10 && (1992..=2199).contains(&date.year()))
            .ok_or_else(|| self.fault(Reason::Date))
    }
    /// An instant; one without an offset is Beijing time, as banks write it.
    pub fn instant(&self) -> Result<Timestamp, FormatError> {
        let text = self.text(35)?;
        Timestamp::parse(text)
            .or_else(|| Timestamp::parse(&format!("{text}+08:00")))
            .filter(|instant| (1992..=2199).contains(&instant.legal_date().year()))
            .ok_or_else(|| self.fault(Reason::Date))
    }

    /// `NbOfTxs`-like count below this element against what was found.
    pub fn check_count(&self, name: &'static str, found: usize) -> Result<(), FormatError> {
        let Some(element) = self.find(name)? else { return Ok(()) };
        let (stated, found) = (element.count()?, u64::try_from(found).unwrap_or(u64::MAX));
        if stated == found { Ok(()) } else { Err(element.fault(Reason::Count { stated, found })) }
    }
    /// `CtrlSum`-like sum below this element against the amounts.
    pub fn check_sum(&self, name: &'static str, found: Money) -> Result<(), FormatError> {
        let Some(element) = self.find(name)? else { return Ok(()) };
        let stated = element.sum()?;
        if stated == found { Ok(()) } else { Err(element.fault(Reason::Sum { stated, found })) }
    }

    /// Number of an account element (`Id/Othr/Id`, or `Id/IBAN`).
    pub fn account_number(&self) -> Result<String, FormatError> {
        let id = self.get("Id")?;
        match id.find("IBAN")? {
            Some(iban) => Ok(iban.text(34)?.to_owned()),
            None => id.get("Othr")?.text_of("Id", 34),
        }
    }
    /// Member id of an agent (`FinInstnId/ClrSysMmbId/MmbId`).
    pub fn bank_code(&self) -> Result<Option<String>, FormatError> {
        self.text_at(&["FinInstnId", "ClrSysMmbId", "MmbId"], 35)
    }
    /// The three elements that name an account: party, account, agent (`Dbtr`, `DbtrAcct`, `DbtrAgt`).
    pub fn holder(
        &self,
        party: &'static str,
        account: &'static str,
        agent: &'static str,
    ) -> Result<AccountHolder, FormatError> {
        let bank_code = match self.find(agent)? {
            Some(agent) => agent.bank_code()?.ok_or_else(|| agent.fault(Reason::Missing("MmbId")))?,
            None => String::new(),
        };
        Ok(AccountHolder {
            name: self.get(party)?.text_of("Nm", 140)?,
            account: self.get(account)?.account_number()?,
            bank_code,
        })
    }
}

/// Adds up, with the fault at `element`.
pub fn total(element: &Element, amounts: impl IntoIterator<Item = Money>) -> Result<Money, FormatError> {
    Money::sum(amounts).map_err(|e| element.fault(e.into()))
}
