//! By which form a file of the bank is read: XML as ISO 20022, anything else by the template of the payment file whose batch
//! number stands in its first bytes.

use super::{layout::BankLayouts, rules::HEADER_BYTES, store};
use crate::{
    access::Services,
    bank::{raw, store::written_file},
    kernel::{
        error::Problem,
        ids::{BankFileId, BankTemplateId},
    },
};

/// Letters and digits of a batch number behind its `P`.
const DIGITS: usize = 26;
/// Batch numbers looked up for one file.
const TRIED: usize = 8;

/// How to read a file.
pub enum Form {
    Iso,
    Template(Box<OfTemplate>),
    /// It answers something in the form of our batch numbers that we never wrote.
    Unknown,
}

/// An answer to a file that was written by a template.
pub struct OfTemplate {
    pub id: BankTemplateId,
    pub version: i64,
    pub layouts: BankLayouts,
    /// Payments of the file that is answered.
    pub payments: usize,
}

/// Looks at the first bytes of a kept file. What it answers stays the same for ever.
///
/// # Errors
/// When the file cannot be read.
pub async fn form_of(services: &Services, file: BankFileId) -> Result<Form, Problem> {
    let reader = services.db.reader();
    let head = raw::head(&reader, &services.vault, file).await?;
    let first = head.iter().find(|byte| !byte.is_ascii_whitespace());
    if first == Some(&b'<') || head.starts_with(b"\xef\xbb\xbf<") {
        return Ok(Form::Iso);
    }
    let candidates = batch_numbers(head.get(..HEADER_BYTES.min(head.len())).unwrap_or_default());
    for number in &candidates {
        let Some(written) = written_file(&reader, number).await? else { continue };
        let Some(id) = written.template_id else { continue };
        let row = store::by_id(&reader, id).await?.ok_or_else(|| Problem::internal("a file without its template"))?;
        let layouts = row.read_layouts()?.ok_or_else(|| Problem::internal("a template without its layouts"))?;
        let payments = usize::try_from(written.line_count).map_err(Problem::internal)?;
        return Ok(Form::Template(Box::new(OfTemplate { id, version: row.version, layouts, payments })));
    }
    Ok(if candidates.is_empty() { Form::Iso } else { Form::Unknown })
}

/// Whatever has the form of a batch number: in a file of fixed width other letters may stand right before or behind it.
fn batch_numbers(head: &[u8]) -> Vec<String> {
    let digit = |byte: &u8| byte.is_ascii_digit() || (byte.is_ascii_uppercase() && !b"ILOU".contains(byte));
    head.windows(DIGITS.saturating_add(1))
        .filter(|window| matches!(window, [b'P', rest @ ..] if rest.iter().all(digit)))
        .filter_map(|window| std::str::from_utf8(window).ok().map(str::to_owned))
        .take(TRIED)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::rules::message_id;

    #[test]
    fn a_batch_number_is_found_wherever_it_stands() {
        let id = message_id(0x0191_2345_6789_7abc_8def_0123_4567_89ab);
        for head in [format!("H|{id}|20260316"), format!("RESP{id}20260316000007"), id.clone()] {
            assert!(batch_numbers(head.as_bytes()).contains(&id), "{head}");
        }
        for head in [String::new(), "到账 100.00".to_owned(), id.to_lowercase(), id.chars().take(26).collect()] {
            assert!(batch_numbers(head.as_bytes()).is_empty(), "{head}");
        }
        assert!(batch_numbers("P".repeat(5000).as_bytes()).len() <= TRIED);
    }
}
