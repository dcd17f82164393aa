//! What passes between the court and its bank: files out, files in, through the graph like any other.

use super::{
    client::{Result, StoryError},
    people::{BANK_CODE, Court, Person},
    stage::Stage,
};
use crate::{
    bank::{
        iso20022::{AccountHolder, FormatError, camt054::Credit},
        simulator::credit_notice,
    },
    kernel::money::Money,
};
use serde_json::json;

impl From<FormatError> for StoryError {
    fn from(error: FormatError) -> StoryError {
        StoryError(format!("the simulated bank: {error}"))
    }
}

/// Money that somebody pays in: to an account number of the court, with a reference of the bank.
pub struct Payment<'a> {
    pub payer: &'a Person,
    pub to: &'a str,
    pub amount: &'a str,
    pub reference: &'a str,
    pub remittance: &'a str,
}

/// The bank tells of incoming payments on one main account (camt.054); the court's finance imports the file.
pub async fn pay_in(stage: &mut Stage, court: &Court, main_account: &str, payments: &[Payment<'_>]) -> Result<()> {
    let credits = payments.iter().map(credit).collect::<Result<Vec<_>>>()?;
    let first = payments.first().map(|p| p.reference).unwrap_or_default();
    let notice = credit_notice(&format!("N-{first}"), main_account, credits, stage.services.clock.now())?;
    import(stage, court, notice).await
}

fn credit(payment: &Payment<'_>) -> Result<Credit> {
    let amount: Money = payment.amount.parse().map_err(|e| StoryError(format!("{}: {e}", payment.amount)))?;
    Ok(Credit {
        reference: payment.reference.to_owned(),
        amount,
        credited_account: payment.to.to_owned(),
        payer: AccountHolder {
            name: payment.payer.name.to_owned(),
            account: payment.payer.account.to_owned(),
            bank_code: BANK_CODE.to_owned(),
        },
        remittance: payment.remittance.to_owned(),
        returned: None,
    })
}

pub async fn import(stage: &mut Stage, court: &Court, content: String) -> Result<()> {
    let finance = court.staff.finance;
    stage.act(finance, "importBankFile", json!({ "content": content }), "bankFile { id state }").await?;
    stage.settle().await
}

/// The cashier writes the payment file (pain.001), the bank executes it, and its result (pain.002) is imported. Money that
/// went to an account of the court itself comes back as a credit notice. Answers the payment file.
pub async fn pay(stage: &mut Stage, court: &Court, book: &str) -> Result<String> {
    // a payment leaves only under a signed checkpoint
    stage.settle().await?;
    let input = json!({ "court": court.id.to_global(), "book": book });
    let payload = stage.act(court.staff.cashier, "writePaymentFile", input, "paymentFile { id content }").await?;
    let file = payload["paymentFile"]["content"]
        .as_str()
        .ok_or_else(|| StoryError(format!("no payment file: {payload:#}")))?
        .to_owned();
    let now = stage.services.clock.now();
    let result = stage.bank.answer(file.as_bytes(), now)?;
    import(stage, court, result).await?;
    if let Some(notice) = stage.bank.transfers_into(file.as_bytes(), court.case_account, now)? {
        import(stage, court, notice).await?;
    }
    Ok(file)
}
