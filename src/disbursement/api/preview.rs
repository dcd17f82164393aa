//! The preview of a unified payout in the graph.

use crate::{
    cases::{LivelihoodKind, store::court},
    disbursement::{
        SkipReason,
        preview::{LeftOut, Totals, Walk},
        rules::{result::Sum, terms::RuleTerms},
    },
    graphql::{caller::services, loader},
    kernel::{
        error::Problem,
        ids::{CaseId, ClaimId, CourtId},
        money::Money,
    },
};
use async_graphql::{Context, Object, SimpleObject};

/// Left-out cases of one answer at most.
const MOST_LEFT_OUT: i32 = 200;

/// What a rule would pay now, computed as it is asked for.
pub struct PayoutPreview {
    pub terms: RuleTerms,
    pub courts: Vec<CourtId>,
}
/// What a rule would pay if it were started now (集中兑现预览).
#[Object]
impl PayoutPreview {
    /// Counts and sums; every case with money is looked at (汇总).
    #[graphql(complexity = 2000)]
    async fn totals(&self, ctx: &Context<'_>) -> Result<PreviewTotals, Problem> {
        let services = services(ctx)?;
        let reader = services.db.reader();
        let today = services.clock.now().legal_date();
        let totals = Walk::new(&reader, &self.terms, today, self.courts.clone(), None).totals().await?;
        PreviewTotals::of(ctx, totals).await
    }
    /// Who would be left out, and why, in the order of courts and cases (未选入明细). A case is shown whole, so a page
    /// may be a little longer than asked for.
    #[graphql(complexity = "200 + 2 * child_complexity")]
    async fn left_out(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many at least, 1 to 200 (条数).", default = 50)] first: i32,
        #[graphql(desc = "`cursor` of the last one of the page before (起始游标).")] after: Option<String>,
    ) -> Result<Vec<PreviewLeftOut>, Problem> {
        if !(1..=MOST_LEFT_OUT).contains(&first) {
            return Err(Problem::BadInput(format!("a page holds 1 to {MOST_LEFT_OUT} items")));
        }
        let after = after.map(|cursor| place(&cursor)).transpose()?;
        let services = services(ctx)?;
        let reader = services.db.reader();
        let today = services.clock.now().legal_date();
        let walk = Walk::new(&reader, &self.terms, today, self.courts.clone(), after);
        let rows = walk.left_out(usize::try_from(first).unwrap_or(1)).await?;
        Ok(rows.into_iter().map(|(court, row)| PreviewLeftOut { court, row }).collect())
    }
}

/// Court and case of a cursor.
fn place(cursor: &str) -> Result<(CourtId, CaseId), Problem> {
    let wrong = || Problem::BadInput("not a cursor of this list".to_owned());
    let (court, case) = cursor.split_once('.').ok_or_else(wrong)?;
    Ok((CourtId::from_global(court).ok_or_else(wrong)?, CaseId::from_global(case).ok_or_else(wrong)?))
}

/// Payments and their sum (笔数与金额).
#[derive(SimpleObject, Clone, Copy)]
pub struct PayoutSum {
    /// Number of payments (笔数).
    pub count: u64,
    /// Their sum (金额).
    pub total: Money,
}
impl From<Sum> for PayoutSum {
    fn from(sum: Sum) -> PayoutSum {
        PayoutSum { count: sum.count, total: sum.total }
    }
}

/// What would be paid of one kind (按涉民生类别汇总).
#[derive(SimpleObject)]
pub struct PreviewKind {
    /// The kind; none for everything that is no matter of livelihood (涉民生类别).
    kind: Option<LivelihoodKind>,
    /// How much (笔数与金额).
    sum: PayoutSum,
}
/// What one court would pay (按法院汇总).
#[derive(SimpleObject)]
pub struct PreviewCourt {
    /// Name of the court (法院).
    court: String,
    /// How much (笔数与金额).
    sum: PayoutSum,
}
/// What would be paid of money of one age (按到账天数汇总).
#[derive(SimpleObject)]
pub struct PreviewAge {
    /// Days since arrival, from here (起始天数).
    from_days: i64,
    /// To here, included; none for the last band (截止天数).
    to_days: Option<i64>,
    /// How much (笔数与金额).
    sum: PayoutSum,
}
/// How many would be left out for one reason (按未选入原因汇总).
#[derive(SimpleObject)]
pub struct PreviewReason {
    /// Why (原因).
    reason: SkipReason,
    /// How many creditors, or cases without one (笔数).
    count: u64,
}

/// Counts and sums of a preview (集中兑现预览汇总).
#[derive(SimpleObject)]
pub struct PreviewTotals {
    /// Everything (合计).
    all: PayoutSum,
    /// By kind of livelihood (按涉民生类别).
    kinds: Vec<PreviewKind>,
    /// By court (按法院).
    courts: Vec<PreviewCourt>,
    /// By days since the money arrived (按到账天数).
    ages: Vec<PreviewAge>,
    /// Who would be left out, by reason (按未选入原因).
    left_out: Vec<PreviewReason>,
}
impl PreviewTotals {
    async fn of(ctx: &Context<'_>, totals: Totals) -> Result<PreviewTotals, Problem> {
        let mut courts = Vec::new();
        for (court, sum) in totals.courts {
            let row: Option<court::Model> = loader::row(ctx, court).await?;
            courts.push(PreviewCourt { court: row.map(|row| row.name).unwrap_or_default(), sum: sum.into() });
        }
        let kinds = totals.kinds.into_iter().map(|(kind, sum)| PreviewKind { kind, sum: sum.into() });
        let ages = totals.ages.into_iter();
        let ages = ages.map(|(age, sum)| PreviewAge { from_days: age.from, to_days: age.to, sum: sum.into() });
        let left_out = totals.left_out.into_iter().map(|(reason, count)| PreviewReason { reason, count });
        Ok(PreviewTotals {
            all: totals.all.into(),
            kinds: kinds.collect(),
            courts,
            ages: ages.collect(),
            left_out: left_out.collect(),
        })
    }
}

/// A creditor who would be left out.
pub struct PreviewLeftOut {
    court: CourtId,
    row: LeftOut,
}
/// A case or creditor that a unified payout would leave out (预览未选入明细).
#[Object]
impl PreviewLeftOut {
    /// Where the next page goes on (游标).
    async fn cursor(&self) -> String {
        format!("{}.{}", self.court.to_global(), self.row.case.to_global())
    }
    /// Number of the case, also of a court below yours (案号).
    async fn case_number(&self) -> &str {
        &self.row.case_number
    }
    /// The claim; none when the whole case would be left out (债权).
    async fn claim(&self) -> Option<ClaimId> {
        self.row.claim
    }
    /// Why (原因).
    async fn reason(&self) -> SkipReason {
        self.row.reason
    }
}
