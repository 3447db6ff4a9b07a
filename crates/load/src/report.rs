//! What came out, as a table while it comes and as JSON in the end.

use anyhow::Result;
use serde::Serialize;
use std::time::Duration;

#[derive(Debug, Default)]
pub struct Report(Vec<Row>);

/// One figure, or what many come to.
#[derive(Clone, Debug, Serialize)]
struct Row {
    what: String,
    unit: &'static str,
    runs: usize,
    min: f64,
    median: f64,
    p99: f64,
    max: f64,
    note: String,
}

impl Report {
    pub fn rate(&mut self, what: &str, per_second: f64, note: &str) {
        self.add(what, "/s", vec![per_second], note);
    }

    pub fn times(&mut self, what: &str, times: Vec<Duration>, note: &str) {
        self.add(what, "ms", times.iter().map(|time| time.as_secs_f64() * 1e3).collect(), note);
    }

    fn add(&mut self, what: &str, unit: &'static str, values: Vec<f64>, note: &str) {
        let Some(row) = Row::of(what, unit, values, note) else { return };
        say(&row.words());
        self.0.push(row);
    }

    pub fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(&self.0)? + "\n")
    }
}

impl Row {
    /// `None` where there is nothing to sum up.
    fn of(what: &str, unit: &'static str, mut values: Vec<f64>, note: &str) -> Option<Row> {
        values.sort_by(f64::total_cmp);
        // The value below which so many hundredths of them are.
        let at = |hundredths: usize| {
            values.get((values.len() * hundredths / 100).min(values.len().saturating_sub(1)))
        };
        let (min, median, p99, max) = (*at(0)?, *at(50)?, *at(99)?, *values.last()?);
        let (what, note) = (what.to_owned(), note.to_owned());
        Some(Row { what, unit, runs: values.len(), min, median, p99, max, note })
    }

    fn words(&self) -> String {
        let figure = |value: f64| {
            let digits = if value < 100.0 { 2 } else { 0 };
            format!("{value:9.digits$}")
        };
        let mut words = format!("{:<52} {} {:<3}", self.what, figure(self.median), self.unit);
        if self.runs > 1 {
            let [min, p99, max] = [self.min, self.p99, self.max].map(figure);
            words += &format!(" min {min}  p99 {p99}  max {max}  n {}", self.runs);
        }
        if !self.note.is_empty() {
            words += &format!("  ({})", self.note);
        }
        words
    }
}

#[allow(clippy::print_stdout, reason = "it is what the command is for")]
fn say(line: &str) {
    println!("{line}");
}

#[allow(clippy::print_stderr, reason = "a command says why it failed")]
pub fn say_why_not(error: &anyhow::Error) {
    eprintln!("{error:#}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_sums_up_what_was_measured() {
        let values = (0..1_000).rev().map(f64::from).collect();
        let row = Row::of("all of it", "ms", values, "").unwrap();
        assert_eq!((row.min, row.median, row.p99, row.max), (0.0, 500.0, 990.0, 999.0));
        let one = Row::of("one", "/s", vec![7.0], "").unwrap();
        assert_eq!((one.runs, one.min, one.p99), (1, 7.0, 7.0));
        assert!(Row::of("nothing", "ms", Vec::new(), "").is_none());
    }
}
