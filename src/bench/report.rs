//! What a bench says: figures, and ratios with the bar beside them. Only ratios within one run mean anything: two
//! machines, or two hours of one machine, differ by more than what is measured.
//!
//! Everything is counted in whole numbers; a ratio is kept in thousandths.

use super::load::Measured;
use serde::Serialize;
use std::fmt;

/// Everything that was measured on one engine.
#[derive(Debug, Default, Serialize)]
pub struct Section {
    pub title: String,
    pub figures: Vec<Figure>,
    pub ratios: Vec<Ratio>,
    /// What the reader has to know: how it was seeded, what was left out and why.
    pub notes: Vec<String>,
}

/// One load and its answers.
#[derive(Debug, Serialize)]
pub struct Figure {
    pub name: String,
    pub connections: usize,
    /// Answers a second.
    pub rate: u64,
    /// The load itself; none when another program made it.
    pub measured: Option<Measured>,
}

/// A quotient or a time against its bar.
#[derive(Debug, Serialize)]
pub struct Ratio {
    pub name: String,
    pub value: Thousandths,
    pub unit: &'static str,
    pub bar: Bar,
    /// Where one would like to be.
    pub aim: Option<Thousandths>,
    pub holds: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Thousandths(pub u64);
impl Thousandths {
    /// `a / b`, cut down; the greatest number when there is nothing to divide by.
    pub fn of(a: u64, b: u64) -> Thousandths {
        let quotient = u128::from(a).saturating_mul(1000).checked_div(u128::from(b));
        Thousandths(quotient.and_then(|q| u64::try_from(q).ok()).unwrap_or(u64::MAX))
    }
}
impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}.{:03}", self.0 / 1000, self.0 % 1000))
    }
}

/// Which side of the bar is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Bar {
    AtLeast(Thousandths),
    AtMost(Thousandths),
}

impl Section {
    /// Adds a load's figure; answers its rate.
    pub fn figure(&mut self, name: &str, connections: usize, measured: Measured) -> u64 {
        let rate = measured.rate();
        self.figures.push(Figure { name: name.to_owned(), connections, rate, measured: Some(measured) });
        rate
    }
    pub fn ratio(&mut self, name: &str, value: Thousandths, unit: &'static str, bar: Bar, aim: Option<u64>) {
        let holds = match bar {
            Bar::AtLeast(least) => value >= least,
            Bar::AtMost(most) => value <= most,
        };
        self.ratios.push(Ratio { name: name.to_owned(), value, unit, bar, aim: aim.map(Thousandths), holds });
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}\n", self.title)?;
        writeln!(
            f,
            "{:<44} {:>5} {:>9} {:>9} {:>9} {:>9} {:>7}",
            "", "conn.", "per s", "p50 ms", "p99 ms", "refused", "failed"
        )?;
        for figure in &self.figures {
            write!(f, "{:<44} {:>5} {:>9}", figure.name, figure.connections, figure.rate)?;
            match &figure.measured {
                // a thousandth of a millisecond is the microsecond that was counted
                Some(load) => writeln!(
                    f,
                    " {:>9} {:>9} {:>9} {:>7}",
                    Thousandths(load.p50),
                    Thousandths(load.p99),
                    load.refused,
                    load.failed
                )?,
                None => writeln!(f)?,
            }
        }
        writeln!(f, "\n{:<54} {:>10} {:>12} {:>8}", "", "measured", "bar", "aim")?;
        for ratio in &self.ratios {
            let (sign, bar) = match ratio.bar {
                Bar::AtLeast(bar) => (">=", bar),
                Bar::AtMost(bar) => ("<=", bar),
            };
            let aim = ratio.aim.map(|aim| aim.to_string()).unwrap_or_default();
            let verdict = if ratio.holds { "" } else { "  MISSED" };
            writeln!(f, "{:<54} {:>10} {sign} {bar:>9} {aim:>8} {}{verdict}", ratio.name, ratio.value, ratio.unit)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "\n* {note}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_is_cut_down_and_stands_against_its_bar() {
        assert_eq!(Thousandths::of(2, 3), Thousandths(666));
        assert_eq!(Thousandths::of(5, 0), Thousandths(u64::MAX));
        assert_eq!(Thousandths(12_345).to_string(), "12.345");
        let mut section = Section::default();
        section.ratio("exactly", Thousandths(500), "x", Bar::AtLeast(Thousandths(500)), None);
        section.ratio("a hair less", Thousandths(499), "x", Bar::AtLeast(Thousandths(500)), None);
        section.ratio("at most", Thousandths(10_000), "ms", Bar::AtMost(Thousandths(10_000)), None);
        section.ratio("more", Thousandths(10_001), "ms", Bar::AtMost(Thousandths(10_000)), Some(5_000));
        assert_eq!(section.ratios.iter().map(|r| r.holds).collect::<Vec<_>>(), [true, false, true, false]);
        let text = section.to_string();
        assert_eq!(text.matches("MISSED").count(), 2, "{text}");
    }

    #[test]
    fn the_rate_is_answers_over_the_time_that_they_took() {
        let measured = Measured { answered: 1_500, elapsed: 500_000, ..Measured::default() };
        assert_eq!(measured.rate(), 3_000);
    }
}
