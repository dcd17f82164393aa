//! What those who follow a lot are told (关注提醒), from the same audit log as everything else.
//!
//! A popular lot has many followers: they are told some at a time, in the order of their ids. The last one who has his
//! notice of an event is where the next piece goes on; who stops following meanwhile is not told.

use super::{
    NoticeKind,
    compose::{New, Piece},
    rules::{LotFacts, NoticeFacts},
    telling::{Event, Recipient, Told},
};
use crate::{
    cases::store::court,
    kernel::{
        boxed,
        clock::Timestamp,
        db::{Tx, sql},
        error::{Failure, Problem},
        ids::AccountId,
        money::Money,
        query::Fetch,
    },
};
use sea_orm::{ConnectionTrait, QueryResult, entity::prelude::*};
use serde_json::Value;
use uuid::Uuid;

/// Acts on a lot that may concern its followers.
pub(super) const ACTIONS: &[&str] = &[
    "Mutation.reviseAnnouncement",
    "Mutation.suspendLot",
    "Mutation.resumeLot",
    "Mutation.withdrawLot",
    "Mutation.terminateLot",
    "Mutation.fileLotObjection",
    "job.suspendForFault",
    "job.closeLots",
    "job.remindFollowers",
    "Mutation.adoptMirrorBundle",
];
/// Followers told in one transaction.
const AT_ONCE: i64 = 200;

/// What an act on a lot means for its followers; nothing for acts that changed nothing they see.
fn kind_of(action: &str, facts: &Value) -> Option<NoticeKind> {
    match action {
        "Mutation.reviseAnnouncement" => Some(NoticeKind::LotRevised),
        "Mutation.suspendLot" => Some(NoticeKind::LotPaused),
        "Mutation.resumeLot" => Some(NoticeKind::LotResumed),
        "Mutation.withdrawLot" | "Mutation.terminateLot" => Some(NoticeKind::LotWithdrawn),
        "Mutation.fileLotObjection" => (facts["stopped"] == true).then_some(NoticeKind::LotPaused),
        "job.suspendForFault" | "job.closeLots" if facts["suspended"] == true => Some(NoticeKind::LotPaused),
        "job.closeLots" => match facts["sold"].as_bool()? {
            true => Some(NoticeKind::LotSold),
            false => Some(NoticeKind::LotUnsold),
        },
        // a sale on a platform ends for the court with the bundle that tells of it
        "Mutation.adoptMirrorBundle" => match facts["outcome"].as_str()? {
            "SOLD" => Some(NoticeKind::LotSold),
            "UNSOLD" => Some(NoticeKind::LotUnsold),
            "WITHDRAWN" => Some(NoticeKind::LotWithdrawn),
            _ => None,
        },
        "job.remindFollowers" if facts["sent"] == true => match facts["reminder"].as_str()? {
            "START" => Some(NoticeKind::LotStarts),
            "END" => Some(NoticeKind::LotEnds),
            _ => None,
        },
        _ => None,
    }
}

/// The instant that the notice speaks of.
fn instant_of(kind: NoticeKind, facts: &Value) -> Option<Timestamp> {
    let at = match kind {
        NoticeKind::LotStarts | NoticeKind::LotEnds => &facts["at"],
        NoticeKind::LotResumed => &facts["resumesAt"],
        _ => return None,
    };
    at.as_i64().map(Timestamp::from_micros)
}

impl Piece<'_> {
    /// An act on a lot: each of its followers hears of it.
    #[boxed]
    pub(super) async fn tell_followers(&self, tx: &Tx, event: &Event) -> Result<Told, Failure> {
        let Some(kind) = kind_of(&event.action, &event.facts) else { return Ok(Told::Whole) };
        let text = "SELECT recipient_id FROM notice WHERE event_id = $1 AND kind = $2
                    ORDER BY recipient_id DESC LIMIT 1";
        let last = tx.query_one_raw(sql(tx, text, [event.id.into(), kind.as_str().into()])).await?;
        let last: Option<AccountId> = last.map(|row| row.try_get("", "recipient_id")).transpose()?;
        let last = last.unwrap_or_else(|| AccountId::from_uuid(Uuid::nil()));
        let text = "SELECT f.account_id AS account_id FROM lot_follow f
                    WHERE f.lot_id = $1 AND f.recorded_at <= $2 AND f.account_id > $3
                    ORDER BY f.account_id LIMIT $4";
        let values = [event.subject.into(), event.at.into(), last.into(), AT_ONCE.into()];
        let rows = tx.query_all_raw(sql(tx, text, values)).await?;
        if rows.is_empty() {
            return Ok(Told::Whole);
        }
        let facts = facts_of(tx, event, kind).await?;
        let follower = |row: &QueryResult| {
            let to = Recipient::Account(row.try_get("", "account_id")?);
            Ok(New { case: None, kind, to, facts: facts.clone() })
        };
        let new = rows.iter().map(follower).collect::<Result<Vec<_>, Failure>>()?;
        self.insert(tx, event, &new).await?;
        let whole = i64::try_from(rows.len()).unwrap_or(i64::MAX) < AT_ONCE;
        Ok(if whole { Told::Whole } else { Told::InPart })
    }
}

#[boxed]
async fn facts_of(tx: &Tx, event: &Event, kind: NoticeKind) -> Result<NoticeFacts, Problem> {
    let gone = || Problem::internal("an event of no lot");
    let court = court::Entity::find_by_id(event.court).first(tx).await?.ok_or_else(gone)?;
    let text = "SELECT title FROM lot WHERE id = $1";
    let lot = tx.query_one_raw(sql(tx, text, [event.subject.into()])).await?.ok_or_else(gone)?;
    // a bundle says `price`
    let price = event.facts.get("hammerPrice").or_else(|| event.facts.get("price"));
    let sold = price.filter(|_| kind == NoticeKind::LotSold).cloned();
    Ok(NoticeFacts {
        court: court.name,
        hotline: court.hotline,
        case_number: None,
        amount: sold.map(serde_json::from_value::<Money>).transpose()?,
        day: event.at.legal_date(),
        account_tail: None,
        lot: Some(LotFacts { title: lot.try_get("", "title")?, at: instant_of(kind, &event.facts) }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_act_is_told_when_it_changed_what_followers_see() {
        for (action, facts, told) in [
            ("Mutation.reviseAnnouncement", json!({}), Some(NoticeKind::LotRevised)),
            ("Mutation.suspendLot", json!({}), Some(NoticeKind::LotPaused)),
            ("Mutation.resumeLot", json!({}), Some(NoticeKind::LotResumed)),
            ("Mutation.withdrawLot", json!({}), Some(NoticeKind::LotWithdrawn)),
            ("Mutation.terminateLot", json!({}), Some(NoticeKind::LotWithdrawn)),
            ("Mutation.fileLotObjection", json!({ "stopped": true }), Some(NoticeKind::LotPaused)),
            ("Mutation.fileLotObjection", json!({ "stopped": false }), None),
            ("job.suspendForFault", json!({ "suspended": true }), Some(NoticeKind::LotPaused)),
            ("job.suspendForFault", json!({ "suspended": false }), None),
            ("job.closeLots", json!({ "suspended": true }), Some(NoticeKind::LotPaused)),
            ("job.closeLots", json!({ "sold": true }), Some(NoticeKind::LotSold)),
            ("job.closeLots", json!({ "sold": false }), Some(NoticeKind::LotUnsold)),
            ("job.closeLots", json!({ "closed": false }), None),
            ("job.closeLots", json!({ "opened": true }), None),
            ("Mutation.adoptMirrorBundle", json!({ "outcome": "SOLD", "price": "1.00" }), Some(NoticeKind::LotSold)),
            ("Mutation.adoptMirrorBundle", json!({ "outcome": "UNSOLD" }), Some(NoticeKind::LotUnsold)),
            ("Mutation.adoptMirrorBundle", json!({ "outcome": "WITHDRAWN" }), Some(NoticeKind::LotWithdrawn)),
            ("Mutation.adoptMirrorBundle", json!({ "outcome": null }), None),
            // the sale's own event in the same act: told once
            ("Mutation.adoptMirrorBundle", json!({ "sold": true, "hammerPrice": "1.00" }), None),
            ("job.remindFollowers", json!({ "reminder": "START", "sent": true }), Some(NoticeKind::LotStarts)),
            ("job.remindFollowers", json!({ "reminder": "END", "sent": true }), Some(NoticeKind::LotEnds)),
            ("job.remindFollowers", json!({ "reminder": "END", "sent": false }), None),
        ] {
            assert!(ACTIONS.contains(&action), "{action}");
            assert_eq!(kind_of(action, &facts), told, "{action} {facts}");
        }
        assert_eq!(kind_of("Mutation.draftLot", &json!({})), None);
    }

    #[test]
    fn every_notice_of_followers_is_named_as_such() {
        let lots = NoticeKind::ALL.iter().filter(|kind| kind.as_str().starts_with("LOT_"));
        assert!(lots.eq(NoticeKind::OF_FOLLOWERS));
    }
}
