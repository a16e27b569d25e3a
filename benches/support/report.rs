//! One way to print: a figure, its target, whether it was met, and the yardsticks of the same run.

use hdrhistogram::Histogram;
use std::fmt;
use std::time::Duration;

/// A histogram of times, in microseconds, to three figures.
pub type Times = Histogram<u64>;

/// An empty histogram.
///
/// # Errors
/// Never with these bounds.
pub fn times() -> super::Outcome<Times> {
    Ok(Histogram::new_with_bounds(1, 600_000_000, 3)?)
}

/// Notes how long something took; beyond ten minutes counts as ten.
pub fn note(times: &mut Times, took: Duration) {
    times.saturating_record(u64::try_from(took.as_micros()).unwrap_or(u64::MAX));
}

/// A percentile as milliseconds.
pub fn percentile(times: &Times, percent: f64) -> f64 {
    milliseconds(times.value_at_percentile(percent))
}

#[allow(clippy::cast_precision_loss)] // a duration in microseconds is far below 2^52
fn milliseconds(micros: u64) -> f64 {
    micros as f64 / 1000.0
}

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// Less than this.
    Below(f64),
    /// At most this.
    AtMost(f64),
    /// At least this.
    AtLeast(f64),
}

impl Target {
    fn met(self, value: f64) -> bool {
        match self {
            Target::Below(most) => value < most,
            Target::AtMost(most) => value <= most,
            Target::AtLeast(least) => value >= least,
        }
    }
}

/// What is measured in, and with how many places it is printed.
#[derive(Debug, Clone, Copy)]
pub enum Unit {
    /// Milliseconds.
    Ms,
    /// Seconds.
    Seconds,
    /// Per cent.
    Percent,
    /// So many each second; of what is said in the name.
    ASecond,
    /// Kilobytes of 1,024.
    Kb,
    /// A count.
    Count,
}

impl Unit {
    fn show(self, value: f64) -> String {
        match self {
            Unit::Ms if value < 10.0 => format!("{value:.2} ms"),
            Unit::Ms => format!("{value:.1} ms"),
            Unit::Seconds => format!("{value:.1} s"),
            Unit::Percent => format!("{value:.1} %"),
            Unit::ASecond => format!("{}/s", thousands(value)),
            Unit::Kb => format!("{value:.1} KB"),
            Unit::Count => thousands(value),
        }
    }

    /// A bound is given round.
    fn bound(self, value: f64) -> String {
        match self {
            Unit::Ms => format!("{value} ms"),
            Unit::Seconds => format!("{value} s"),
            Unit::Percent => format!("{value} %"),
            Unit::Kb => format!("{value} KB"),
            _ => self.show(value),
        }
    }
}

/// 1234567.8 as 1,234,568.
fn thousands(value: f64) -> String {
    let digits = format!("{value:.0}");
    let mut out = String::new();
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// What one bench found, printed as a table of Markdown.
pub struct Report {
    title: String,
    about: Vec<String>,
    rows: Vec<[String; 4]>,
}

impl Report {
    /// An empty report; the title is what the figure promises.
    pub fn new(title: &str) -> Self {
        let mut report = Report { title: title.to_owned(), about: vec![machine()], rows: Vec::new() };
        if cfg!(debug_assertions) {
            report.about("Built without optimisation: these figures say nothing about speed.");
        }
        report
    }

    /// A sentence on what was measured and how.
    pub fn about(&mut self, sentence: impl Into<String>) {
        self.about.push(sentence.into());
    }

    /// A figure with the target that it is held to.
    pub fn figure(&mut self, name: &str, value: f64, unit: Unit, target: Target) {
        let bound = match target {
            Target::Below(bound) => format!("< {}", unit.bound(bound)),
            Target::AtMost(bound) => format!("≤ {}", unit.bound(bound)),
            Target::AtLeast(bound) => format!("≥ {}", unit.bound(bound)),
        };
        let met = if target.met(value) { "yes" } else { "NO" };
        self.rows.push([name.to_owned(), unit.show(value), bound, met.to_owned()]);
    }

    /// A figure that nothing is asked of.
    pub fn plain(&mut self, name: &str, value: f64, unit: Unit) {
        self.rows.push([name.to_owned(), unit.show(value), String::new(), String::new()]);
    }

    /// What another way of doing the same reached in the same run.
    pub fn yardstick(&mut self, name: &str, value: f64, unit: Unit) {
        self.plain(&format!("yardstick: {name}"), value, unit);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "## {}\n", self.title)?;
        for sentence in &self.about {
            writeln!(out, "{sentence}")?;
        }
        let head = ["figure", "measured", "target", "met"].map(str::to_owned);
        let width = |column: usize| {
            let cells = self.rows.iter().chain([&head]).map(|row| row[column].chars().count());
            cells.max().unwrap_or_default()
        };
        let widths = [width(0), width(1), width(2), width(3)];
        let line = |row: &[String; 4]| {
            let [a, b, c, d] = widths;
            format!("| {:a$} | {:>b$} | {:>c$} | {:d$} |", row[0], row[1], row[2], row[3])
        };
        writeln!(out, "\n{}", line(&head))?;
        let [a, b, c, d] = widths.map(|w| "-".repeat(w));
        writeln!(out, "| {a} | {b} | {c} | {d} |")?;
        self.rows.iter().try_for_each(|row| writeln!(out, "{}", line(row)))
    }
}

/// What it ran on, and whether it had that to itself.
fn machine() -> String {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let processor = read("/proc/cpuinfo");
    let model = processor.lines().find_map(|l| l.strip_prefix("model name")?.split_once(": ")).map_or("?", |(_, m)| m);
    let load = read("/proc/loadavg");
    let load = load.split_whitespace().next().unwrap_or("?").to_owned();
    format!("{cores} cores ({model}); load average {load}; PostgreSQL, server and clients on the same machine.")
}
