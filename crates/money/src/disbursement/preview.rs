//! What a unified payout would pay if it were started now: nothing is locked, nothing is kept.

use super::{
    SkipReason,
    reading::{Chosen, Look, Selection, look_at},
    rules::{
        result::Sum,
        terms::{Criteria, RuleTerms},
    },
    store::programme::cases_with_money,
};
use crate::{
    access::parameters,
    cases::{LivelihoodKind, rules::claim::SmallMatters, store::case},
    kernel::{
        clock::LegalDate,
        db::Reader,
        error::Problem,
        ids::{CaseId, ClaimId, CourtId},
        query::Fetch,
    },
};
use sea_orm::entity::prelude::*;
use std::collections::{BTreeMap, HashMap};

/// Cases read by one piece.
const CASES_AT_ONCE: i64 = 200;

/// Days since the oldest of a case's money arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Age {
    pub from: i64,
    /// Included; none for the last band.
    pub to: Option<i64>,
}
/// The bands of age, by the terms that run: 15 days, 30 days, a quarter of a year.
const AGES: [Age; 4] = [
    Age { from: 0, to: Some(15) },
    Age { from: 16, to: Some(30) },
    Age { from: 31, to: Some(90) },
    Age { from: 91, to: None },
];
impl Age {
    fn of(days: i64) -> Age {
        let [.., last] = AGES;
        AGES.into_iter().find(|age| age.to.is_none_or(|to| days <= to)).unwrap_or(last)
    }
}

/// Sums of a preview.
#[derive(Default)]
pub struct Totals {
    pub all: Sum,
    pub kinds: BTreeMap<Option<LivelihoodKind>, Sum>,
    pub courts: BTreeMap<CourtId, Sum>,
    pub ages: BTreeMap<Age, Sum>,
    pub left_out: BTreeMap<SkipReason, u64>,
}
impl Totals {
    fn add(&mut self, court: CourtId, found: &Selection) -> Result<(), Problem> {
        for Chosen { amount, livelihood, days, .. } in &found.chosen {
            let one = Sum { count: 1, total: *amount };
            let sums = [
                &mut self.all,
                self.kinds.entry(*livelihood).or_default(),
                self.courts.entry(court).or_default(),
                self.ages.entry(Age::of(*days)).or_default(),
            ];
            for sum in sums {
                sum.add(one).map_err(Problem::internal)?;
            }
        }
        for (_, _, reason) in &found.skipped {
            let count = self.left_out.entry(*reason).or_default();
            *count = count.saturating_add(1);
        }
        Ok(())
    }
}

/// Somebody whom the payout would leave out.
pub struct LeftOut {
    pub case: CaseId,
    pub case_number: String,
    pub claim: Option<ClaimId>,
    pub reason: SkipReason,
}

/// A walk over the cases of some courts, in the order of courts and cases.
pub struct Walk<'a> {
    reader: &'a Reader,
    terms: &'a RuleTerms,
    today: LegalDate,
    courts: Vec<CourtId>,
    after: Option<CaseId>,
}
impl<'a> Walk<'a> {
    /// `after`: the court and case behind which it begins.
    pub fn new(
        reader: &'a Reader,
        terms: &'a RuleTerms,
        today: LegalDate,
        mut courts: Vec<CourtId>,
        after: Option<(CourtId, CaseId)>,
    ) -> Walk<'a> {
        courts.sort_unstable();
        if let Some((court, _)) = after {
            courts.retain(|c| *c >= court);
        }
        courts.reverse();
        Walk { reader, terms, today, courts, after: after.map(|(_, case)| case) }
    }
    /// The next piece with its court; none at the end.
    async fn piece(&mut self) -> Result<Option<(CourtId, Selection)>, Problem> {
        while let Some(court) = self.courts.last().copied() {
            let ids = cases_with_money(self.reader, court, self.after, CASES_AT_ONCE).await?;
            let Some(last) = ids.last().copied() else {
                self.courts.pop();
                self.after = None;
                continue;
            };
            self.after = Some(last);
            let small = SmallMatters::from(&parameters::of_court(self.reader, court).await?);
            let criteria: Criteria = self.terms.in_court(small);
            let look = Look { criteria: &criteria, small, today: self.today, lock: false };
            return Ok(Some((court, look_at(self.reader, &ids, &look).await?)));
        }
        Ok(None)
    }
    /// Sums over everything.
    pub async fn totals(mut self) -> Result<Totals, Problem> {
        let mut totals = Totals::default();
        while let Some((court, found)) = self.piece().await? {
            totals.add(court, &found)?;
        }
        Ok(totals)
    }
    /// The next left-out, whole cases at a time, until at least `wanted` are found.
    pub async fn left_out(mut self, wanted: usize) -> Result<Vec<(CourtId, LeftOut)>, Problem> {
        let mut rows = Vec::new();
        while let Some((court, found)) = self.piece().await? {
            rows.extend(
                found
                    .skipped
                    .into_iter()
                    .map(|(case, claim, reason)| (court, LeftOut { case, case_number: String::new(), claim, reason })),
            );
            if rows.len() >= wanted {
                break;
            }
        }
        // a case is shown whole, so that the next page begins behind it
        if let Some(end) = rows.get(wanted.saturating_sub(1)).map(|(_, row)| row.case) {
            let end = rows.iter().rposition(|(_, row)| row.case == end).unwrap_or(wanted);
            rows.truncate(end.saturating_add(1));
        }
        let ids = rows.iter().map(|(_, row)| row.case);
        let cases = case::Entity::find().filter(case::Column::Id.is_in(ids)).list(self.reader).await?;
        let numbers: HashMap<CaseId, String> = cases.into_iter().map(|row| (row.id, row.case_number)).collect();
        for (_, row) in &mut rows {
            row.case_number = numbers.get(&row.case).cloned().unwrap_or_default();
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_meet_without_gap() {
        for (days, from) in [(-1, 0), (0, 0), (15, 0), (16, 16), (30, 16), (31, 31), (90, 31), (91, 91), (9_999, 91)] {
            assert_eq!(Age::of(days).from, from, "{days}");
        }
    }
}
