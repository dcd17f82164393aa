//! Delay interest (迟延履行期间的债务利息), its doubled part: 0.0175 % a day on the unpaid judgment debt.
//!
//! Days are end less start, the start not counted. Parts paid end the interest on their part, stays of enforcement are
//! left out, and the sum is rounded once, half-up to the fen: a rounding per day or per part would drift.
//! Ordinary interest (一般债务利息) is no base of the doubled part; it follows the title and is not computed here.

use super::explanation::Explanation;
use super::{PaymentOrder, reference as law};
use crate::kernel::clock::LegalDate;
use crate::kernel::money::{Money, MoneyError};
use crate::kernel::refusal::{Refusal, RefusalCode};
use rust_decimal::Decimal;

/// 0.000175 a day (日万分之一点七五).
pub const DAILY_RATE: Decimal = Decimal::from_parts(175, 0, 0, false, 6);
/// More parts or stays than this are a mistake of the input.
const LIST_LIMIT: usize = 1000;

/// Money that reached the debt: the day of payment, of deduction, or on which the ruling on a sale took effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payment {
    pub on: LegalDate,
    /// Above zero.
    pub amount: Money,
}

/// A stay that is not counted (中止、暂缓): days after `from` up to and including `until`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Suspension {
    pub from: LegalDate,
    pub until: LegalDate,
}

/// What the interest is computed from. Payments and stays may come in any order; stays may overlap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelayInterest {
    /// Judgment debt without ordinary interest, above zero.
    pub principal: Money,
    /// Last day of the term of performance: interest runs from the day after.
    pub due_on: LegalDate,
    /// Last day counted.
    pub until: LegalDate,
    pub payments: Vec<Payment>,
    pub suspensions: Vec<Suspension>,
    pub order: PaymentOrder,
}

/// The interest and what is left of the debt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DelayInterestResult {
    /// Doubled part for the whole time, rounded once.
    pub interest: Money,
    pub interest_paid: Money,
    pub principal_left: Money,
    /// Of the payments, what neither debt nor interest needed.
    pub surplus: Money,
    pub explanation: Explanation,
}

impl DelayInterest {
    /// Computes the doubled part.
    ///
    /// # Errors
    /// `AMOUNT_INVALID` for a principal or payment of zero or less; `DATE_INVALID` for an end before the due day, a
    /// payment after the end, a stay that ends before it begins, or delay before 1 August 2014 (older rule, art 7);
    /// `LIST_INVALID` for more than 1,000 parts.
    pub fn compute(&self) -> Result<DelayInterestResult, Refusal> {
        self.check()?;
        self.run().map_err(|_| Refusal::new(RefusalCode::AmountInvalid).law(&law::DELAY_1).field("principal"))
    }

    fn check(&self) -> Result<(), Refusal> {
        let amount = |field| Refusal::new(RefusalCode::AmountInvalid).law(&law::DELAY_1).field(field);
        let date = |field| Refusal::new(RefusalCode::DateInvalid).law(&law::DELAY_3).field(field);
        let list = |field| Refusal::new(RefusalCode::ListInvalid).field(field).arg("maximum", LIST_LIMIT);
        if !self.principal.is_positive() {
            return Err(amount("principal"));
        }
        if LegalDate::from_ymd_opt(2014, 7, 31).is_some_and(|eve| self.due_on < eve) {
            return Err(date("dueOn").law(&law::DELAY_7).arg("earliest", "2014-07-31"));
        }
        if self.until < self.due_on {
            return Err(date("until").arg("earliest", self.due_on));
        }
        if self.payments.len() > LIST_LIMIT {
            return Err(list("payments"));
        }
        if self.suspensions.len() > LIST_LIMIT {
            return Err(list("suspensions"));
        }
        if self.payments.iter().any(|p| !p.amount.is_positive()) {
            return Err(amount("payments"));
        }
        if self.payments.iter().any(|p| p.on > self.until) {
            return Err(date("payments").arg("latest", self.until));
        }
        if self.suspensions.iter().any(|s| s.until < s.from) {
            return Err(date("suspensions"));
        }
        Ok(())
    }

    fn run(&self) -> Result<DelayInterestResult, MoneyError> {
        let mut account = Account::open(self);
        let mut payments = self.payments.clone();
        payments.sort_by_key(|p| p.on);
        for payment in payments {
            account.accrue(self, payment.on)?;
            account.pay(self.order, payment)?;
        }
        account.accrue(self, self.until)?;
        // with the debt first, money left over pays the interest of the whole time
        let interest = Money::round_half_up(account.interest)?;
        let left_over = account.surplus.min(interest.saturating_minus(account.interest_paid));
        let interest_paid = account.interest_paid.plus(left_over)?;
        let mut explanation = account.explanation;
        explanation.push_step("sum, rounded once half-up to the fen 合计并四舍五入到分", interest);
        if interest_paid.is_positive() {
            explanation.push_step("of which paid 其中已付", interest_paid);
        }
        explanation.push_step("principal left 未清偿本金", account.principal);
        explanation.result = interest.to_string();
        Ok(DelayInterestResult {
            interest,
            interest_paid,
            principal_left: account.principal,
            surplus: account.surplus.minus(left_over)?,
            explanation,
        })
    }

    /// Days after `from` up to and including `to` that no stay covers, and those that one does.
    fn days(&self, from: LegalDate, to: LegalDate) -> (i64, i64) {
        let mut stays: Vec<(LegalDate, LegalDate)> =
            self.suspensions.iter().map(|s| (s.from.max(from), s.until.min(to))).filter(|(a, b)| a < b).collect();
        stays.sort();
        let (mut stayed, mut covered) = (0, from);
        for (begin, end) in stays {
            let begin = begin.max(covered);
            if end > begin {
                stayed += (end - begin).num_days();
                covered = end;
            }
        }
        ((to - from).num_days() - stayed, stayed)
    }
}

/// The running state between two payments. `interest` is exact; only its sum is rounded.
struct Account {
    at: LegalDate,
    principal: Money,
    interest: Decimal,
    interest_paid: Money,
    surplus: Money,
    explanation: Explanation,
}
impl Account {
    fn open(input: &DelayInterest) -> Account {
        let mut explanation = Explanation::new("DELAY_INTEREST 迟延履行期间加倍部分债务利息", "")
            .law(&law::CIVIL_PROCEDURE_264)
            .law(&law::DELAY_1)
            .law(&law::DELAY_3)
            .law(&law::DELAY_4)
            .parameter("daily rate 日利率", DAILY_RATE)
            .parameter("days 天数", "end − start, start not counted 起算日不计")
            .parameter("order of payment 清偿顺序", input.order.as_str())
            .input("principal 本金", input.principal)
            .input("end of the term of performance 履行期届满日", input.due_on)
            .input("until 计至", input.until);
        for payment in &input.payments {
            explanation = explanation.input(format!("paid 清偿 {}", payment.on), payment.amount);
        }
        for stay in &input.suspensions {
            explanation = explanation.input("not counted 不计", format!("{} – {}", stay.from, stay.until));
        }
        Account {
            at: input.due_on,
            principal: input.principal,
            interest: Decimal::ZERO,
            interest_paid: Money::ZERO,
            surplus: Money::ZERO,
            explanation,
        }
    }

    /// Interest of the segment that ends on `to`; a payment on or before the due day only lowers the base.
    fn accrue(&mut self, input: &DelayInterest, to: LegalDate) -> Result<(), MoneyError> {
        if to <= self.at {
            return Ok(());
        }
        let (days, stayed) = input.days(self.at, to);
        let daily = self.principal.to_decimal().checked_mul(DAILY_RATE).ok_or(MoneyError::Range)?;
        let part = daily.checked_mul(Decimal::from(days)).ok_or(MoneyError::Range)?;
        self.interest = self.interest.checked_add(part).ok_or(MoneyError::Range)?;
        let mut text = format!("{} – {to}: {} × {DAILY_RATE} × {days} d", self.at, self.principal);
        if stayed > 0 {
            text.push_str(&format!(" ({stayed} d not counted 不计)"));
        }
        self.explanation.push_step(text, part.normalize());
        self.at = to;
        Ok(())
    }

    fn pay(&mut self, order: PaymentOrder, payment: Payment) -> Result<(), MoneyError> {
        let interest_due = Money::round_half_up(self.interest)?.saturating_minus(self.interest_paid);
        let to_interest = match order {
            PaymentOrder::InterestFirst => interest_due.min(payment.amount),
            PaymentOrder::PrincipalFirst => Money::ZERO,
        };
        let rest = payment.amount.minus(to_interest)?;
        let to_principal = rest.min(self.principal);
        self.interest_paid = self.interest_paid.plus(to_interest)?;
        self.principal = self.principal.minus(to_principal)?;
        self.surplus = self.surplus.plus(rest.minus(to_principal)?)?;
        let text = format!("paid on {}: {} to interest, {to_principal} to principal", payment.on, to_interest);
        self.explanation.push_step(text, self.principal);
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use chrono::Days;
    use proptest::prelude::*;

    fn money(text: &str) -> Money {
        text.parse().unwrap()
    }
    fn day(text: &str) -> LegalDate {
        text.parse().unwrap()
    }
    fn debt(principal: &str, due_on: &str, until: &str) -> DelayInterest {
        DelayInterest {
            principal: money(principal),
            due_on: day(due_on),
            until: day(until),
            payments: vec![],
            suspensions: vec![],
            order: PaymentOrder::PrincipalFirst,
        }
    }
    fn paid(on: &str, amount: &str) -> Payment {
        Payment { on: day(on), amount: money(amount) }
    }
    fn stay(from: &str, until: &str) -> Suspension {
        Suspension { from: day(from), until: day(until) }
    }
    fn interest(input: &DelayInterest) -> Money {
        input.compute().unwrap().interest
    }

    #[test]
    fn rate_by_days_rounded_once_迟延_1() {
        let vectors = [
            ("100000.00", 100, "1750.00"),
            ("1000000.00", 100, "17500.00"),
            ("100.00", 1, "0.02"),
            ("200.00", 1, "0.04"),
            ("12345.67", 365, "788.58"),
            ("59748.04", 37, "386.87"),
            ("123456.78", 37, "799.38"),
            ("100000.00", 0, "0.00"),
        ];
        for (principal, days, expected) in vectors {
            let mut input = debt(principal, "2024-03-10", "2024-03-10");
            input.until = input.due_on + Days::new(days);
            assert_eq!(interest(&input), money(expected), "{principal} for {days} days");
        }
        assert_eq!(interest(&debt("100000.00", "2024-03-10", "2024-06-18")), money("1750.00"));
    }

    #[test]
    fn a_part_ends_with_its_payment_迟延_3() {
        let mut input = debt("1000000.00", "2024-01-31", "2024-08-18");
        input.payments = vec![paid("2024-08-18", "600000.00"), paid("2024-05-10", "400000.00")];
        let result = input.compute().unwrap();
        assert_eq!((result.interest, result.principal_left), (money("28000.00"), Money::ZERO));
        assert_eq!(result.explanation.steps[0].value, "17500");
        let by_parts = [("400000.00", "2024-05-10", "7000.00"), ("600000.00", "2024-08-18", "21000.00")];
        for (part, until, expected) in by_parts {
            assert_eq!(interest(&debt(part, "2024-01-31", until)), money(expected));
        }
    }

    #[test]
    fn interest_first_only_by_agreement_迟延_4() {
        let mut input = debt("1000000.00", "2024-01-31", "2024-08-18");
        input.payments = vec![paid("2024-05-10", "400000.00")];
        input.order = PaymentOrder::InterestFirst;
        let result = input.compute().unwrap();
        assert_eq!(result.interest, money("28306.25"));
        assert_eq!((result.interest_paid, result.principal_left), (money("17500.00"), money("617500.00")));
        input.order = PaymentOrder::PrincipalFirst;
        assert_eq!(interest(&input), money("28000.00"));
    }

    #[test]
    fn stays_are_not_counted_and_overlaps_count_once_迟延_3() {
        let mut input = debt("100000.00", "2024-03-10", "2024-06-18");
        input.suspensions = vec![stay("2024-04-01", "2024-05-01")];
        assert_eq!(interest(&input), money("1225.00"));
        input.suspensions.push(stay("2024-04-11", "2024-05-01"));
        assert_eq!(interest(&input), money("1225.00"));
        // only the days within the time of delay are left out
        input.suspensions = vec![stay("2024-02-01", "2024-03-20"), stay("2024-06-18", "2024-07-01")];
        assert_eq!(interest(&input), money("1575.00"));
        input.suspensions = vec![stay("2024-01-01", "2024-12-31")];
        assert_eq!(interest(&input), Money::ZERO);
    }

    #[test]
    fn payments_at_the_edges() {
        let mut input = debt("100000.00", "2024-03-10", "2024-06-18");
        input.payments = vec![paid("2024-03-10", "40000.00")];
        assert_eq!(interest(&input), money("1050.00"));
        input.payments = vec![paid("2024-06-18", "40000.00")];
        assert_eq!(interest(&input), money("1750.00"));
        // more than the debt pays the interest, and what is left is a surplus
        input.payments = vec![paid("2024-06-18", "101800.00")];
        let result = input.compute().unwrap();
        assert_eq!((result.interest_paid, result.surplus), (money("1750.00"), money("50.00")));
        assert_eq!(result.principal_left, Money::ZERO);
    }

    #[test]
    fn impossible_inputs_are_refused() {
        let good = debt("100.00", "2024-03-10", "2024-06-18");
        let refused = |change: &dyn Fn(&mut DelayInterest)| {
            let mut input = good.clone();
            change(&mut input);
            let refusal = input.compute().unwrap_err();
            (refusal.code, refusal.field.unwrap())
        };
        use RefusalCode::{AmountInvalid, DateInvalid, ListInvalid};
        assert_eq!(refused(&|i| i.principal = Money::ZERO), (AmountInvalid, "principal"));
        assert_eq!(refused(&|i| i.until = day("2024-03-09")), (DateInvalid, "until"));
        assert_eq!(refused(&|i| i.due_on = day("2014-07-30")), (DateInvalid, "dueOn"));
        assert_eq!(refused(&|i| i.payments = vec![paid("2024-06-19", "1.00")]), (DateInvalid, "payments"));
        assert_eq!(refused(&|i| i.payments = vec![paid("2024-06-18", "0.00")]), (AmountInvalid, "payments"));
        assert_eq!(refused(&|i| i.suspensions = vec![stay("2024-05-02", "2024-05-01")]), (DateInvalid, "suspensions"));
        assert_eq!(refused(&|i| i.payments = vec![paid("2024-06-18", "0.01"); 1001]), (ListInvalid, "payments"));
        assert!(debt("100.00", "2014-07-31", "2014-08-01").compute().is_ok());
    }

    proptest! {
        /// Interest on a debt paid in parts is the interest on each part until its day.
        #[test]
        fn parts_add_up(parts in prop::collection::vec((1i64..1_000_000_000, 0u64..2000), 1..20)) {
            let due_on = day("2019-01-01");
            let payments: Vec<Payment> = parts
                .iter()
                .map(|(fen, days)| Payment { on: due_on + Days::new(*days), amount: Money::from_fen(*fen) })
                .collect();
            let until = payments.iter().map(|p| p.on).max().unwrap();
            let principal = Money::sum(payments.iter().map(|p| p.amount)).unwrap();
            let exact: Decimal = payments
                .iter()
                .map(|p| p.amount.to_decimal() * DAILY_RATE * Decimal::from((p.on - due_on).num_days()))
                .sum();
            let order = PaymentOrder::PrincipalFirst;
            let input = DelayInterest { principal, due_on, until, payments, suspensions: vec![], order };
            let result = input.compute().unwrap();
            prop_assert_eq!(result.interest, Money::round_half_up(exact).unwrap());
            prop_assert_eq!((result.principal_left, result.surplus), (Money::ZERO, Money::ZERO));
        }
    }
}
