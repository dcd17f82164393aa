//! A refusal as it is kept with its attempt, so that a repeated request and a later reader get the same words.

use crate::kernel::error::Problem;
use crate::kernel::refusal::{Refusal, RefusalCode};
use crate::law::reference;
use serde::{Deserialize, Serialize};

/// The input fields that a refusal of a bid can name.
const FIELDS: [&str; 4] = ["amount", "confirmation", "lot", "idempotencyKey"];
/// The named values that a refusal of a bid, or a departure of a mirrored sale, can carry.
const ARGUMENTS: [&str; 22] = [
    "minimum",
    "start",
    "increment",
    "amount",
    "price",
    "startsAt",
    "endedAt",
    "arrivedAt",
    "reason",
    "revision",
    "days",
    "earliest",
    "maximum",
    "base",
    "found",
    "expected",
    "latest",
    "person",
    "item",
    "provider",
    "validUntil",
    "status",
];

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredRefusal {
    pub code: RefusalCode,
    pub field: Option<String>,
    /// Short name of the law and article, as [`crate::kernel::refusal::Article`] carries them.
    pub law: Option<(String, String)>,
    pub args: Vec<(String, String)>,
}

impl From<&Refusal> for StoredRefusal {
    fn from(refusal: &Refusal) -> StoredRefusal {
        StoredRefusal {
            code: refusal.code,
            field: refusal.field.map(str::to_owned),
            law: refusal.law.map(|article| (article.law.to_owned(), article.article.to_owned())),
            args: refusal.args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        }
    }
}

impl StoredRefusal {
    pub fn parse(text: &str) -> Result<StoredRefusal, Problem> {
        Ok(serde_json::from_str(text)?)
    }
    /// The refusal again. A name that this version does not know any more is left out.
    pub fn refusal(&self) -> Refusal {
        let field = self.field.as_deref().and_then(|name| FIELDS.iter().copied().find(|known| *known == name));
        let law = self.law.as_ref().and_then(|(law, article)| {
            reference::ALL.iter().copied().find(|known| known.law == law && known.article == article)
        });
        let args = self
            .args
            .iter()
            .filter_map(|(name, value)| {
                let name = ARGUMENTS.iter().copied().find(|known| known == name)?;
                Some((name, value.clone()))
            })
            .collect();
        Refusal { code: self.code, field, law, args }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_comes_back_as_it_was() {
        let refusal = Refusal::new(RefusalCode::BidTooLow)
            .law(&reference::NETAUCTION_20)
            .field("amount")
            .arg("minimum", "510000.00");
        let text = serde_json::to_string(&StoredRefusal::from(&refusal)).unwrap();
        assert_eq!(StoredRefusal::parse(&text).unwrap().refusal(), refusal);
    }
}
