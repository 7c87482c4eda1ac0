//! How long a whole frame takes and how much it sends, scrolling over 1000 × 50 cells.
//!
//! Fails when the 95th percentile of the processor time misses its gate: the time on the clock, shown
//! beside it, also holds whatever else the machine does. Run it with `cargo bench -p zij-tui`.

use std::cell::Cell;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};
use zij_core::report::model::Report;
use zij_tui::{Epoch, Key, Message, Options, State, update, view};

#[path = "../tests/support/synthetic.rs"]
mod synthetic;

const FRAMES: usize = 2000;
const GATES: [(u16, u16, Duration); 4] = [
    (80, 24, Duration::from_millis(2)),
    (120, 40, Duration::from_millis(2)),
    (200, 60, Duration::from_millis(2)),
    (400, 120, Duration::from_millis(8)),
];

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let report = Arc::new(synthetic::report(1000, 50));
    let mut out = io::stdout();
    let mut code = ExitCode::SUCCESS;
    writeln!(
        out,
        "terminal  keys      cost p50    p95   clock p95    max   update p95   bytes p50     max"
    )?;
    for (columns, lines, gate) in GATES {
        for (name, keys) in
            [("scroll", "fjk"), ("columns", "fLH"), ("cursor", "flh"), ("diff", "n\njk")]
        {
            let figures = measure(&report, (columns, lines), keys)?;
            let missed = percentile(&figures.costs, 95) > gate;
            writeln!(
                out,
                "{:9} {name:9} {:>8.3} {:>6.3} {:>11.3} {:>6.3} ms {:>8.3} ms {:>8} {:>7}{}",
                format!("{columns}x{lines}"),
                milliseconds(percentile(&figures.costs, 50)),
                milliseconds(percentile(&figures.costs, 95)),
                milliseconds(figures.draw(95)),
                milliseconds(figures.draw(100)),
                milliseconds(percentile(&figures.updates, 95)),
                percentile(&figures.bytes, 50),
                percentile(&figures.bytes, 100),
                if missed { "  MISSED" } else { "" },
            )?;
            if missed {
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

struct Figures {
    /// Processor time and time on the clock of each frame.
    costs: Vec<Duration>,
    draws: Vec<Duration>,
    updates: Vec<Duration>,
    bytes: Vec<usize>,
}

impl Figures {
    fn draw(&self, percent: usize) -> Duration {
        percentile(&self.draws, percent)
    }
}

fn percentile<T: Copy + Ord>(figures: &[T], percent: usize) -> T {
    let mut sorted = figures.to_vec();
    sorted.sort_unstable();
    sorted[(sorted.len() - 1) * percent / 100]
}

/// The processor time that this thread has used.
#[cfg(unix)]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(
        u64::try_from(time.tv_sec).unwrap_or_default(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// The time on the clock, where nothing better can be read.
#[cfg(not(unix))]
fn processor_time() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    START.elapsed()
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}

/// Counts what would go to the terminal; shared with the one who asks.
#[derive(Clone, Default)]
struct Count(Rc<Cell<usize>>);

impl Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Presses all but the last two keys once, then the last two in long runs.
fn measure(report: &Arc<Report>, size: (u16, u16), keys: &str) -> io::Result<Figures> {
    let mut state = State::new(Options::default(), size.0, size.1);
    update(&mut state, Message::Report(Epoch::default(), Arc::clone(report)));
    let key = |c: char| Message::Key(if c == '\n' { Key::Enter } else { Key::Char(c) });
    let keys: Vec<char> = keys.chars().collect();
    let (setup, pair) = keys.split_at(keys.len() - 2);
    for c in setup {
        update(&mut state, key(*c));
    }
    let counter = Count::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, size.0, size.1));
    let mut figures =
        Figures { costs: Vec::new(), draws: Vec::new(), updates: Vec::new(), bytes: Vec::new() };
    let mut terminal = Terminal::with_options(
        CrosstermBackend::new(counter.clone()),
        TerminalOptions { viewport },
    )?;
    terminal.draw(|frame| view(&state, frame))?;
    for frame in 0..FRAMES {
        // Far enough to scroll, not only to move the cursor.
        let direction = pair[(frame / 500) % 2];
        let start = Instant::now();
        update(&mut state, key(direction));
        figures.updates.push(start.elapsed());
        let (start, before) = (Instant::now(), processor_time());
        terminal.draw(|frame| view(&state, frame))?;
        figures.costs.push(processor_time().saturating_sub(before));
        figures.draws.push(start.elapsed());
        figures.bytes.push(counter.0.replace(0));
    }
    Ok(figures)
}
