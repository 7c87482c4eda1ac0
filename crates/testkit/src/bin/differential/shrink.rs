//! Makes a scenario that shows a difference smaller, as long as it still shows it.

use std::{
    io,
    time::{Duration, Instant},
};

use crate::{
    compare::{Programs, Verdict},
    scenario::Scenario,
};

/// No shrinking takes longer; what is left then is shown.
const PATIENCE: Duration = Duration::from_secs(25);

struct Shrinker<'a> {
    programs: &'a Programs,
    smallest: Scenario,
    verdict: Verdict,
    end: Instant,
}

/// A smaller scenario with the same sort of difference, and its verdict.
pub(crate) fn shrink(
    programs: &Programs,
    scenario: Scenario,
    verdict: Verdict,
) -> Result<(Scenario, Verdict), io::Error> {
    let end = Instant::now() + PATIENCE;
    let mut shrinker = Shrinker { programs, smallest: scenario, verdict, end };
    shrinker.unnamed_cases()?;
    shrinker.files()?;
    shrinker.flags()?;
    for split in [lines, words, runes] {
        shrinker.pieces(split)?;
    }
    shrinker.files()?;
    Ok((shrinker.smallest, shrinker.verdict))
}

impl Shrinker<'_> {
    /// Takes `smaller` when it still shows the difference.
    fn take(&mut self, smaller: Scenario) -> Result<bool, io::Error> {
        if Instant::now() > self.end || smaller == self.smallest {
            return Ok(false);
        }
        let verdict = self.programs.compare_once(&smaller)?;
        let taken = verdict.resembles(&self.verdict);
        if taken {
            self.smallest = smaller;
            self.verdict = verdict;
        }
        Ok(taken)
    }

    /// Drops all small templates that no answer names.
    fn unnamed_cases(&mut self) -> Result<(), io::Error> {
        let Verdict::Different { helm, zij } = &self.verdict else { return Ok(()) };
        let answers = format!("{helm:?}{zij:?}");
        let mut smaller = self.smallest.clone();
        for number in self.smallest.files.keys().filter_map(|path| case_number(path)) {
            if !answers.contains(&format!("_c{number}.tpl")) {
                smaller.drop_case(number);
            }
        }
        self.take(smaller).map(drop)
    }

    fn files(&mut self) -> Result<(), io::Error> {
        let paths: Vec<String> = self.smallest.files.keys().cloned().collect();
        let mut size = paths.len() / 2;
        while size > 0 {
            for chunk in paths.chunks(size) {
                let mut smaller = self.smallest.clone();
                for path in chunk.iter().filter(|path| path.as_str() != "chart/Chart.yaml") {
                    smaller.files.remove(path);
                    if let Some(number) = case_number(path) {
                        smaller.drop_line(number);
                    }
                }
                self.take(smaller)?;
            }
            size /= 2;
        }
        Ok(())
    }

    fn flags(&mut self) -> Result<(), io::Error> {
        let mut place = 0;
        while place < self.smallest.flags.len() {
            let mut smaller = self.smallest.clone();
            smaller.flags.remove(place);
            if !self.take(smaller)? {
                place += 1;
            }
        }
        Ok(())
    }

    /// Drops runs of pieces of each file, long runs first.
    fn pieces(&mut self, split: fn(&str) -> Vec<&str>) -> Result<(), io::Error> {
        let paths: Vec<String> = self.smallest.files.keys().cloned().collect();
        for path in paths {
            let count =
                |it: &Self| it.smallest.files.get(&path).map_or(0, |text| split(text).len());
            let mut size = count(self).next_power_of_two();
            while size > 0 {
                let mut place = 0;
                while place < count(self) {
                    if !self.cut(&path, split, place, size)? {
                        place += size;
                    }
                }
                size /= 2;
            }
        }
        Ok(())
    }

    fn cut(
        &mut self,
        path: &str,
        split: fn(&str) -> Vec<&str>,
        place: usize,
        size: usize,
    ) -> Result<bool, io::Error> {
        let mut smaller = self.smallest.clone();
        let Some(text) = smaller.files.get_mut(path) else { return Ok(false) };
        let mut pieces = split(text);
        let end = pieces.len().min(place + size);
        drop(pieces.drain(place..end));
        *text = pieces.concat();
        self.take(smaller)
    }
}

/// The number of a file that holds one small template.
fn case_number(path: &str) -> Option<usize> {
    path.strip_prefix("chart/templates/_c")?.strip_suffix(".tpl")?.parse().ok()
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_inclusive([' ', '(', ')', '|', '\n', ',', '"']).collect()
}

fn runes(text: &str) -> Vec<&str> {
    // Long files are left alone: a try costs two processes.
    if text.len() > 200 {
        return vec![text];
    }
    text.split_inclusive(|_: char| true).collect()
}
