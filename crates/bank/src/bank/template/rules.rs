//! Whether a template can work at all: what must stand where, and how wide it must be. Pure.

use super::{
    encoding::encode,
    layout::{BankAmountUnit, BankColumn, BankField, BankLayout, BankLayouts, BankPadding},
};
use crate::{
    bank::iso20022::is_hidden,
    kernel::refusal::{Refusal, RefusalCode},
    law::reference,
};
use std::collections::BTreeSet;

/// Columns of one record, and the widest of them.
const COLUMNS: usize = 40;
const WIDEST: i32 = 512;
/// A header is found in the first bytes of a file.
pub const HEADER_BYTES: usize = 2048;
/// Codes of a template.
const STATUSES: usize = 50;
const REASONS: usize = 200;

/// What is wrong with a template: where, and a stable token.
type Flaw = (String, &'static str);

/// Which of the two files a layout is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum File {
    Payments,
    Results,
}

/// # Errors
/// `BANK_TEMPLATE_INVALID` with `place`, e.g. `payments.detail[2]` counted from 1, and `reason`.
pub fn check(layouts: &BankLayouts) -> Result<(), Refusal> {
    let checked = check_layout("payments", File::Payments, &layouts.payments)
        .and_then(|()| check_layout("results", File::Results, &layouts.results))
        .and_then(|()| check_codes(layouts));
    checked.map_err(|(place, reason)| {
        let refusal = Refusal::new(RefusalCode::BankTemplateInvalid).law(&reference::BANK_FILE_FORM);
        refusal.field("layouts").arg("place", place).arg("reason", reason)
    })
}

fn check_layout(name: &str, file: File, layout: &BankLayout) -> Result<(), Flaw> {
    use BankField::{Amount, Batch, Count, CreatedOn, EndToEndId, PayeeAccount, PayeeName, Status, Total};
    if layout.quoted && layout.separator.is_none() {
        return Err((format!("{name}.quoted"), "QUOTED"));
    }
    let edge = |field| edge_fields(file).contains(&field);
    let detail = |field| detail_fields(file).contains(&field);
    check_record(&format!("{name}.header"), layout, &layout.header, edge)?;
    check_record(&format!("{name}.detail"), layout, &layout.detail, detail)?;
    check_record(&format!("{name}.trailer"), layout, &layout.trailer, edge)?;
    let header_bytes: i32 = layout.header.iter().map(|column| column.width).sum();
    if usize::try_from(header_bytes).is_ok_and(|bytes| bytes > HEADER_BYTES) {
        return Err((format!("{name}.header"), "WIDTH"));
    }
    let in_header: &[BankField] = match file {
        File::Payments => &[Batch],
        File::Results => &[Batch, CreatedOn],
    };
    let in_detail: &[BankField] = match file {
        File::Payments => &[EndToEndId, PayeeName, PayeeAccount, Amount],
        File::Results => &[EndToEndId, Amount, Status],
    };
    let has = |columns: &[BankColumn], field: &BankField| columns.iter().any(|column| column.field == *field);
    let missing = |place: &str, field: &BankField| Err((format!("{name}.{place}.{}", field.as_str()), "MISSING"));
    if let Some(field) = in_header.iter().find(|field| !has(&layout.header, field)) {
        return missing("header", field);
    }
    if let Some(field) = in_detail.iter().find(|field| !has(&layout.detail, field)) {
        return missing("detail", field);
    }
    // a file that was cut off at the end of a record must not look whole
    let nowhere = |field: &&BankField| !has(&layout.header, field) && !has(&layout.trailer, field);
    match [Count, Total].iter().find(nowhere) {
        Some(field) => missing("trailer", field),
        None => Ok(()),
    }
}

const fn edge_fields(file: File) -> &'static [BankField] {
    use BankField::{Batch, Constant, Count, CreatedOn, Ignored, PayerAccount, PayerBankCode, PayerName, Total};
    match file {
        File::Payments => &[Batch, CreatedOn, Count, Total, PayerName, PayerAccount, PayerBankCode, Constant, Ignored],
        File::Results => &[Batch, CreatedOn, Count, Total, Constant, Ignored],
    }
}

const fn detail_fields(file: File) -> &'static [BankField] {
    use BankField::{
        Amount, Batch, BookedOn, Constant, EndToEndId, Ignored, PayeeAccount, PayeeBankCode, PayeeName, PayerAccount,
        PayerBankCode, PayerName, ReasonCode, ReasonText, Remittance, Sequence, Status,
    };
    match file {
        File::Payments => &[
            Batch,
            Sequence,
            EndToEndId,
            PayerName,
            PayerAccount,
            PayerBankCode,
            PayeeName,
            PayeeAccount,
            PayeeBankCode,
            Amount,
            Remittance,
            Constant,
            Ignored,
        ],
        File::Results => &[
            Batch,
            Sequence,
            EndToEndId,
            PayeeName,
            PayeeAccount,
            Amount,
            Status,
            ReasonCode,
            ReasonText,
            BookedOn,
            Constant,
            Ignored,
        ],
    }
}

fn check_record(
    place: &str,
    layout: &BankLayout,
    columns: &[BankColumn],
    fits: impl Fn(BankField) -> bool,
) -> Result<(), Flaw> {
    if columns.len() > COLUMNS {
        return Err((place.to_owned(), "TOO_MANY"));
    }
    let mut seen = BTreeSet::new();
    for (number, column) in (1..).zip(columns) {
        let flaw = |reason| Err((format!("{place}[{number}]"), reason));
        let repeats = matches!(column.field, BankField::Constant | BankField::Ignored);
        if !fits(column.field) {
            return flaw("PLACE");
        }
        if !repeats && !seen.insert(column.field) {
            return flaw("TWICE");
        }
        if !(narrowest(column.field, layout.amounts)..=WIDEST).contains(&column.width) {
            return flaw("WIDTH");
        }
        if column.padding == Some(BankPadding::ZerosLeft) && !is_number(column.field) {
            return flaw("PADDING");
        }
        if !constant_fits(layout, column) {
            return flaw("CONSTANT");
        }
    }
    Ok(())
}

/// Bytes that whatever stands in the field may need where nobody could mend it; what one payment needs is seen with it.
const fn narrowest(field: BankField, unit: BankAmountUnit) -> i32 {
    match field {
        BankField::Batch => 27,
        BankField::EndToEndId => 30,
        BankField::CreatedOn | BankField::BookedOn => 8,
        BankField::Count | BankField::Sequence => 6,
        BankField::Amount | BankField::Total => match unit {
            BankAmountUnit::Yuan => 16,
            BankAmountUnit::Fen => 15,
        },
        BankField::PayeeName | BankField::PayerName | BankField::Remittance => 60,
        BankField::PayeeAccount | BankField::PayerAccount => 32,
        BankField::PayeeBankCode | BankField::PayerBankCode => 12,
        BankField::Status
        | BankField::ReasonCode
        | BankField::ReasonText
        | BankField::Constant
        | BankField::Ignored => 1,
    }
}

pub const fn is_number(field: BankField) -> bool {
    matches!(field, BankField::Count | BankField::Sequence | BankField::Amount | BankField::Total)
}

fn constant_fits(layout: &BankLayout, column: &BankColumn) -> bool {
    let Some(text) = &column.constant else { return column.field != BankField::Constant };
    let splits = |c: char| c == '"' || layout.separator.is_some_and(|separator| separator.character() == c);
    column.field == BankField::Constant
        && !text.is_empty()
        && text.trim() == text
        && !text.chars().any(|c| is_hidden(c) || splits(c))
        && encode(layout.encoding, text)
            .is_some_and(|bytes| i32::try_from(bytes.len()).is_ok_and(|n| n <= column.width))
}

fn check_codes(layouts: &BankLayouts) -> Result<(), Flaw> {
    let plain =
        |code: &str, most: usize| (1..=most).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    let (statuses, reasons) = (&layouts.statuses, &layouts.reasons);
    if !(1..=STATUSES).contains(&statuses.len()) {
        return Err(("statuses".to_owned(), "TOO_MANY"));
    }
    if reasons.len() > REASONS {
        return Err(("reasons".to_owned(), "TOO_MANY"));
    }
    let mut seen = BTreeSet::new();
    for (number, status) in (1..).zip(statuses) {
        let flaw = |reason| Err((format!("statuses[{number}]"), reason));
        if !plain(&status.code, 10) {
            return flaw("CODE");
        }
        if !seen.insert(status.code.as_str()) {
            return flaw("TWICE");
        }
    }
    seen.clear();
    for (number, reason) in (1..).zip(reasons) {
        let flaw = |what| Err((format!("reasons[{number}]"), what));
        let iso = reason.iso.len() == 4 && reason.iso.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !plain(&reason.code, 35) || !iso {
            return flaw("CODE");
        }
        if !seen.insert(reason.code.as_str()) {
            return flaw("TWICE");
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::bank::template::{
        layout::{BankEncoding, BankOutcome, BankSeparator, BankStatusCode},
        round_trip::sample,
    };

    fn flaw(change: impl Fn(&mut BankLayouts)) -> Option<(String, String)> {
        let mut layouts = sample(BankEncoding::Gb18030, None, BankAmountUnit::Yuan);
        change(&mut layouts);
        let refusal = check(&layouts).err()?;
        assert_eq!(refusal.code, RefusalCode::BankTemplateInvalid);
        let arg = |wanted| refusal.args.iter().find(|(name, _)| *name == wanted).unwrap().1.clone();
        Some((arg("place"), arg("reason")))
    }
    fn column(layout: &mut BankLayout, field: BankField) -> &mut BankColumn {
        let records = [&mut layout.header, &mut layout.detail, &mut layout.trailer];
        records.into_iter().flatten().find(|column| column.field == field).unwrap()
    }

    #[test]
    fn a_template_that_works_is_taken() {
        assert_eq!(flaw(|_| ()), None);
        assert_eq!(flaw(|l| column(&mut l.payments, BankField::Batch).width = 27), None);
        assert_eq!(flaw(|l| column(&mut l.payments, BankField::PayeeName).width = 512), None);
    }

    #[test]
    fn each_flaw_is_named_with_its_place() {
        type Change = fn(&mut BankLayouts);
        let cases: [(Change, &str, &str); 15] = [
            (|l| column(&mut l.payments, BankField::Batch).width = 26, "payments.header[2]", "WIDTH"),
            (|l| column(&mut l.payments, BankField::PayeeName).width = 59, "payments.detail[3]", "WIDTH"),
            (|l| column(&mut l.payments, BankField::PayeeName).width = 513, "payments.detail[3]", "WIDTH"),
            (|l| column(&mut l.payments, BankField::Amount).width = 15, "payments.detail[5]", "WIDTH"),
            (|l| l.payments.detail.retain(|c| c.field != BankField::Amount), "payments.detail.AMOUNT", "MISSING"),
            (|l| l.results.header.retain(|c| c.field != BankField::Batch), "results.header.BATCH", "MISSING"),
            (|l| l.results.trailer.clear(), "results.trailer.COUNT", "MISSING"),
            (
                |l| column(&mut l.payments, BankField::Remittance).field = BankField::Status,
                "payments.detail[6]",
                "PLACE",
            ),
            (
                |l| column(&mut l.payments, BankField::Remittance).field = BankField::Amount,
                "payments.detail[6]",
                "TWICE",
            ),
            (
                |l| column(&mut l.payments, BankField::PayeeName).padding = Some(BankPadding::ZerosLeft),
                "payments.detail[3]",
                "PADDING",
            ),
            (|l| column(&mut l.payments, BankField::Constant).constant = None, "payments.header[1]", "CONSTANT"),
            (
                |l| column(&mut l.payments, BankField::Constant).constant = Some("合计合计".to_owned()),
                "payments.header[1]",
                "CONSTANT",
            ),
            (|l| l.payments.quoted = true, "payments.quoted", "QUOTED"),
            (|l| l.statuses.clear(), "statuses", "TOO_MANY"),
            (|l| l.reasons.push(l.reasons.first().unwrap().clone()), "reasons[2]", "TWICE"),
        ];
        for (change, place, reason) in cases {
            assert_eq!(flaw(change), Some((place.to_owned(), reason.to_owned())));
        }
    }

    #[test]
    fn codes_are_plain_and_listed_once() {
        let status = |code: &str| BankStatusCode { code: code.to_owned(), outcome: BankOutcome::Paid };
        assert_eq!(flaw(|l| l.statuses = vec![status("0123456789")]), None);
        for bad in ["", "01234567890", "0 0", "成功"] {
            assert_eq!(flaw(|l| l.statuses = vec![status(bad)]).unwrap().1, "CODE", "{bad}");
        }
        assert_eq!(flaw(|l| l.statuses = vec![status("00"), status("00")]).unwrap().1, "TWICE");
        assert_eq!(flaw(|l| l.reasons.first_mut().unwrap().iso = "ac01".to_owned()).unwrap().1, "CODE");
    }

    #[test]
    fn a_constant_never_splits_a_record() {
        let mut layouts = sample(BankEncoding::Utf8, Some(BankSeparator::Pipe), BankAmountUnit::Fen);
        check(&layouts).unwrap();
        column(&mut layouts.payments, BankField::Constant).constant = Some("a|b".to_owned());
        assert!(check(&layouts).is_err());
    }
}
