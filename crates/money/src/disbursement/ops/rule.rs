//! Saving a rule of unified payouts: each saving is a version of its own, so that a run always shows what it looked for.

use crate::{
    access::{Act, Op, UseCase},
    cases::{
        ClaimRank, LivelihoodKind,
        rules::text::{self, SHORT},
        store::courts_under,
    },
    disbursement::{Combination, rules::terms::RuleTerms, store::programme::newest_version, tables::rule},
    kernel::{
        counter,
        error::Failure,
        ids::{CourtId, PayoutRuleId},
        money::Money,
        query::Execute,
    },
};
use async_graphql::InputObject;
use sea_orm::{ActiveValue::Set, entity::prelude::*};
use serde::Serialize;

/// Saves what a unified payout looks for; under a known name it is the next version (保存集中兑现规则).
#[derive(InputObject, Serialize)]
pub struct SavePayoutRuleInput {
    /// Repeat with the same key after a lost answer (幂等键).
    pub idempotency_key: String,
    /// The court whose rule it is: it may start payouts in itself and in the courts below it (法院).
    pub court: CourtId,
    /// Name of the rule, 1 to 128 characters, e.g. 春节前农民工工资集中兑现 (规则名称).
    pub name: String,
    /// Kinds of livelihood that it takes; empty when the kind does not matter (涉民生类别).
    #[graphql(default)]
    pub livelihood_kinds: Vec<LivelihoodKind>,
    /// Take only what each court counts as small, by its parameters `small_base` and `small_limit` (限小额).
    #[graphql(default)]
    pub small_only: bool,
    /// Largest amount, included, compared with the base that `small_base` names; of two limits the lower one counts
    /// (金额上限，含本数).
    pub maximum: Option<Money>,
    /// Whether kinds and limit must both hold (条件组合方式).
    #[graphql(default_with = "Combination::All")]
    pub combination: Combination,
    /// Days since the money arrived at the bank, 0 to 3650 (到账天数下限).
    #[graphql(default)]
    pub minimum_days: i32,
    /// Ranks of claims that it takes; empty for every rank (受偿顺位).
    #[graphql(default)]
    pub ranks: Vec<ClaimRank>,
    /// Only these courts, at most 500, each the court itself or below it; empty for all of them (法院范围).
    #[graphql(default)]
    pub courts: Vec<CourtId>,
    /// The decision that it rests on: number or title, 1 to 128 characters (依据文件).
    pub document: String,
}
impl UseCase for SavePayoutRuleInput {
    type Done = PayoutRuleId;
    const ACT: Act = Act::SavePayoutRule;
    fn key(&self) -> Option<&str> {
        Some(&self.idempotency_key)
    }
    async fn perform(&self, op: &mut Op<'_>) -> Result<PayoutRuleId, Failure> {
        if !op.scope().allows_court(self.court) {
            return Err(Failure::not_found("court"));
        }
        let terms = self.terms();
        terms.check()?;
        let under = courts_under(op.tx, self.court).await?;
        if !terms.courts.iter().all(|court| under.contains(court)) {
            return Err(Failure::not_found("courts"));
        }
        let name = text::checked("name", &self.name, SHORT)?;
        // of two savings at once the second waits here and sees the first
        counter::next(op.tx, self.court, "payout-rule", 0).await?;
        let version = newest_version(op.tx, self.court, &name).await?.saturating_add(1);
        let id = PayoutRuleId::new(op.now);
        let row = rule::ActiveModel {
            id: Set(id),
            court_id: Set(self.court),
            name: Set(name.clone()),
            version: Set(version),
            terms: Set(serde_json::to_string(&terms)?),
            document: Set(text::checked("document", &self.document, SHORT)?),
            maker: Set(op.actor.name()),
            recorded_at: Set(op.now),
        };
        rule::Entity::insert(row).execute(op.tx).await?;
        let facts = serde_json::json!({ "name": name, "version": version, "terms": terms, "document": self.document });
        op.audit(id, Some(self.court), None, facts).await?;
        Ok(id)
    }
}
impl SavePayoutRuleInput {
    fn terms(&self) -> RuleTerms {
        RuleTerms {
            kinds: self.livelihood_kinds.clone(),
            small_only: self.small_only,
            maximum: self.maximum,
            combination: self.combination,
            minimum_days: self.minimum_days,
            ranks: self.ranks.clone(),
            courts: self.courts.clone(),
        }
    }
}
