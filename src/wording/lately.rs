//! The units heard up to one of them, laid out so that it is quick to ask what something would have cost lately.

use super::alphabet::Costs;
use super::automaton::{Break, Heard, across};
use super::sound::{Class, REFUSED};
use std::collections::VecDeque;

/// Rows of [`Lately::lowest`] at most; what may lie farther back is looked for one unit at a time.
const MOST_ROWS: usize = 16;

/// A unit that was heard, as a search for a way looks at it.
#[derive(Clone, Copy, Debug)]
pub struct PastUnit<'a> {
    /// What it would cost as each unit of the alphabet.
    pub costs: &'a Costs,
    /// What lies before it.
    pub gap: Break,
    /// Whether a clause begins with it.
    pub clause_start: bool,
    /// Price of its having been put in, with what lies before it.
    pub put_in: f32,
    /// The part that it plays in a sentence.
    pub class: Class,
    filler: bool,
}

/// The unit at some place and those before it, the newest first.
pub struct Past<'a> {
    pub units: Vec<PastUnit<'a>>,
}

impl<'a> Past<'a> {
    /// The unit at `at` and up to `most` before it.
    pub fn new(heard: &'a VecDeque<Heard>, at: usize, most: usize) -> Self {
        let unit = |one: &'a Heard| PastUnit {
            costs: &one.costs,
            gap: one.gap,
            clause_start: one.clause_start,
            put_in: one.inserted + across(one.gap),
            class: one.class,
            filler: one.filler,
        };
        Self { units: heard.range(..=at).rev().take(most + 1).map(unit).collect() }
    }
}

/// What the units of the alphabet would have cost lately.
pub struct Lately<'a> {
    /// The newest unit and those before it.
    pub past: &'a [PastUnit<'a>],
    /// Room for what the nodes of a phrase may cost.
    pub most: Vec<f32>,
    /// How far back a unit may lie that lies so far back when nothing but fillers is put in.
    reach: Vec<usize>,
    /// For each unit of the alphabet the lowest price in the 1, 2, … units before the newest one, as far as asked for.
    lowest: Vec<f32>,
    /// How many such rows there are.
    rows: usize,
    /// How long each is.
    symbols: usize,
}

impl<'a> Lately<'a> {
    pub fn new(past: &'a Past<'a>) -> Self {
        let past = past.units.as_slice();
        let mut reach = vec![0; past.len()];
        let (mut most, mut back) = (0, 1);
        for farthest in reach.iter_mut().skip(1) {
            most += 1;
            while back <= most {
                most += usize::from(past.get(back).is_some_and(|one| one.filler));
                back += 1;
            }
            *farthest = most.min(past.len() - 1);
        }
        let symbols = past.first().map_or(0, |newest| newest.costs.all.len());
        Self { past, most: Vec::new(), reach, lowest: Vec::new(), rows: 0, symbols }
    }

    /// The lowest price for `symbol` before the newest unit, or less, when it lies at most `steps` units back if no
    /// filler is put in.
    pub fn cheapest(&mut self, symbol: u32, steps: u16) -> f32 {
        let farthest = self.past.len() - 1;
        let reach = self.reach.get(usize::from(steps)).copied().unwrap_or(farthest);
        let rows = reach.min(MOST_ROWS);
        if self.rows < rows {
            self.add_rows(rows);
        }
        let symbol = symbol as usize;
        let Some(row) = rows.checked_sub(1) else { return REFUSED };
        let near = self.lowest[row * self.symbols + symbol];
        if reach == rows {
            return near;
        }
        self.past[rows + 1..=reach].iter().map(|one| one.costs.all[symbol]).fold(near, f32::min)
    }

    #[cold]
    fn add_rows(&mut self, wanted: usize) {
        self.lowest.reserve_exact(self.past.len().min(MOST_ROWS + 1) * self.symbols - self.lowest.len());
        while self.rows < wanted {
            self.rows += 1;
            let costs = &self.past[self.rows].costs.all;
            let Some(last) = self.lowest.len().checked_sub(self.symbols) else {
                self.lowest.extend_from_slice(costs);
                continue;
            };
            self.lowest.extend_from_within(last..);
            let row = self.lowest[last + self.symbols..].iter_mut();
            row.zip(costs).for_each(|(lowest, cost)| *lowest = if *cost < *lowest { *cost } else { *lowest });
        }
    }
}
