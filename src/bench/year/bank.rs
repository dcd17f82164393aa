//! The bank of the year: it tells of what came in, pays the files that it is given, and says what it paid. Everything
//! reaches the court as a file.

use super::{super::site::Answer, desk::Desk};
use crate::{
    bank::{
        iso20022::camt054::Credit,
        simulator::{Simulator, credit_notice},
    },
    ledger::Book,
};
use serde_json::{Value, json};
use std::fmt;

/// Credits in one file: a request of the graph holds 256 KiB.
const CREDITS: usize = 150;

#[derive(Default)]
pub struct Bank {
    simulator: Simulator,
    case_funds: Vec<Credit>,
    deposits: Vec<Credit>,
    notices: usize,
    credited: usize,
    files: usize,
}

impl Bank {
    /// Credits to be told of today.
    pub fn owed(&mut self, credits: Vec<(Book, Credit)>) {
        for (book, credit) in credits {
            let waiting = if book == Book::AuctionDeposits { &mut self.deposits } else { &mut self.case_funds };
            waiting.push(credit);
        }
    }
    /// Tells the court what came in today (camt.054).
    pub async fn tell(&mut self, desk: &Desk) -> Answer<()> {
        for book in [Book::CaseFunds, Book::AuctionDeposits] {
            let waiting = if book == Book::AuctionDeposits { &mut self.deposits } else { &mut self.case_funds };
            let credits = std::mem::take(waiting);
            self.credited += credits.len();
            for part in credits.chunks(CREDITS) {
                self.notices += 1;
                let (id, now) = (format!("Y{:06}", self.notices), desk.site.clock.now());
                import(desk, credit_notice(&id, desk.account(book), part.to_vec(), now)?).await?;
            }
        }
        Ok(())
    }
    /// Takes the court's payment files of today (pain.001) and answers them (pain.002); what the court moved to its own
    /// case account comes in there.
    pub async fn pay(&mut self, desk: &Desk) -> Answer<()> {
        // a payment leaves only under a signed checkpoint
        desk.site.settle().await?;
        for book in ["CASE_FUNDS", "AUCTION_DEPOSITS"] {
            while let Some(file) = payment_file(desk, book).await? {
                self.files += 1;
                let now = desk.site.clock.now();
                import(desk, self.simulator.answer(file.as_bytes(), now)?).await?;
                let own = desk.account(Book::CaseFunds);
                if let Some(notice) = self.simulator.transfers_into(file.as_bytes(), own, now)? {
                    import(desk, notice).await?;
                }
            }
        }
        Ok(())
    }
}
impl fmt::Display for Bank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} credits in {} notices of the bank, {} payment files", self.credited, self.notices, self.files)
    }
}

async fn import(desk: &Desk, content: String) -> Answer<()> {
    desk.act(&desk.finance, "importBankFile", json!({ "content": content }), "bankFile { id }").await?;
    desk.site.settle().await
}

/// The next payment file of a book; none when nothing waits.
async fn payment_file(desk: &Desk, book: &str) -> Answer<Option<String>> {
    let input = json!({ "court": desk.court.to_global(), "book": book });
    let select = "paymentFile { content }";
    let mut payload = desk.site.attempt(Some(&desk.cashier), "writePaymentFile", input, select).await?;
    match (payload["paymentFile"]["content"].take(), payload["userErrors"][0]["code"].as_str()) {
        (Value::String(content), None) => Ok(Some(content)),
        (_, Some("SELECTION_EMPTY")) => Ok(None),
        _ => Err(format!("writePaymentFile was refused: {payload:#}").into()),
    }
}
