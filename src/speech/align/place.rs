//! The words of one stretch of speech laid onto its syllable nuclei.

use super::Spoken;
use super::syllables::Mark;
use crate::time::{SampleTime, Span};

/// Price of a syllable without a nucleus, and of a nucleus without a syllable.
const NO_NUCLEUS: f64 = 0.5;
const NO_SYLLABLE: f64 = 0.5;
/// Price of a distance between two syllables that is twice or half the usual; it grows with the logarithm's square.
const UNEVEN: f64 = 0.5;
/// The same where a mark stands between them and the distance is long.
const UNEVEN_PAUSE: f64 = 0.1;
/// Shorter distances cost no more, in usual ones.
const LEAST_STEP: f64 = 0.05;
/// So many syllables or nuclei less one may be left out between two that belong together.
const LEAPS: usize = 4;
/// A syllable before the first would have its nucleus this far before the start of speech, and one behind the last
/// this far behind its end, in usual distances: the last syllable of a stretch is drawn out.
const LEAD: f64 = 0.5;
const TAIL: f64 = 0.2;
/// Where one syllable ends and the next begins, between their nuclei: the next one's onset takes the larger share.
const BORDER: f64 = 0.4;
/// A syllable is no longer than this to either side of its nucleus, in usual syllables.
const LONGEST: f64 = 0.9;

/// The usual distance of two syllables is at least this share of the stretch's even division.
const LEAST_USUAL: f64 = 0.6;

/// The best way to lay one syllable onto one nucleus: its price, and the pair before it.
#[derive(Clone, Copy)]
struct Cell {
    cost: f64,
    from: (usize, usize),
}

const NOWHERE: Cell = Cell { cost: f64::INFINITY, from: (0, 0) };

/// The time of each of `words`, which fill `stretch`.
pub(super) fn place(words: &[Spoken], stretch: Span, nuclei: &[SampleTime]) -> Vec<Span> {
    let mut marked = vec![false];
    for word in words {
        marked.resize(marked.len() + word.syllables.saturating_sub(1), false);
        marked.push(word.mark != Mark::None);
    }
    if marked.len() < 2 {
        return Vec::new();
    }
    let usual = usual(marked.len() - 1, stretch, nuclei);
    let borders = borders(&centres(&marked, stretch, nuclei, usual), stretch, usual);
    let mut rest = borders.as_slice();
    let mut spans = Vec::with_capacity(words.len());
    for word in words {
        let (own, later) = rest.split_at(word.syllables.min(rest.len()));
        rest = later;
        let start = own.first().map_or(stretch.end, |syllable| syllable.start);
        spans.push(Span::new(start, own.last().map_or(stretch.end, |syllable| syllable.end)));
    }
    spans
}

/// The usual distance of two syllables, samples: between neighbouring nuclei, where pauses do not count; no more than
/// the stretch has room for.
fn usual(count: usize, stretch: Span, nuclei: &[SampleTime]) -> f64 {
    let even = stretch.samples() as f64 / count as f64;
    let mut steps: Vec<u64> = nuclei.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_unstable();
    let median = steps.get(steps.len() / 2).map_or(even, |&step| step as f64);
    median.clamp(even * LEAST_USUAL, even)
}

/// Syllables against nuclei. Of both, index 0 is the start of speech and the last one its end.
struct Lattice<'a> {
    /// Where the nuclei are, samples of the session.
    at: Vec<f64>,
    /// Whether a mark follows each syllable: there a pause costs little.
    marked: &'a [bool],
    usual: f64,
    cells: Vec<Vec<Cell>>,
}

impl Lattice<'_> {
    /// The price of laying syllable `i` onto nucleus `j` when the one before was `from`.
    fn step(&self, (i, j): (usize, usize), from: (usize, usize)) -> f64 {
        let (syllables, nuclei) = (i - from.0, j - from.1);
        let step = ((self.at[j] - self.at[from.1]) / (syllables as f64 * self.usual)).max(LEAST_STEP);
        let pauses = step > 1.0 && self.marked[from.0..i].contains(&true);
        let uneven = if pauses { UNEVEN_PAUSE } else { UNEVEN } * step.log2().powi(2) * syllables as f64;
        uneven + NO_NUCLEUS * (syllables - 1) as f64 + NO_SYLLABLE * (nuclei - 1) as f64
    }

    /// The cheapest way to `cell`.
    fn fill(&mut self, cell: (usize, usize), befores: impl Iterator<Item = (usize, usize)>) {
        let mut best = NOWHERE;
        for from in befores {
            let before = self.cells[from.0][from.1].cost;
            if before.is_finite() {
                let cost = before + self.step(cell, from);
                if cost < best.cost {
                    best = Cell { cost, from };
                }
            }
        }
        self.cells[cell.0][cell.1] = best;
    }
}

/// Where the nucleus of each syllable is, samples of the session; `marked` says behind which a mark stands.
fn centres(marked: &[bool], stretch: Span, nuclei: &[SampleTime], usual: f64) -> Vec<f64> {
    let count = marked.len() - 1;
    let mut at = vec![stretch.start.0 as f64 - LEAD * usual];
    at.extend(nuclei.iter().map(|nucleus| nucleus.0 as f64));
    at.push(stretch.end.0 as f64 + TAIL * usual);
    let (goal, last) = (count + 1, nuclei.len() + 1);
    let mut lattice = Lattice { at, marked, usual, cells: vec![vec![NOWHERE; last + 1]; goal + 1] };
    lattice.cells[0][0].cost = 0.0;
    for i in 1..goal {
        for j in 1..last {
            let leaps = (1..=LEAPS.min(i)).flat_map(|di| (1..=LEAPS.min(j)).map(move |dj| (i - di, j - dj)));
            lattice.fill((i, j), leaps.chain([(0, 0)]));
        }
    }
    lattice.fill((goal, last), (0..goal).flat_map(|i| (0..last).map(move |j| (i, j))));
    let mut centres = vec![0.0; count];
    let (mut i, mut j) = (goal, last);
    while i > 0 {
        let (from_i, from_j) = lattice.cells[i][j].from;
        let (begin, length) = (lattice.at[from_j], lattice.at[j] - lattice.at[from_j]);
        for between in from_i + 1..=i.min(count) {
            centres[between - 1] = begin + length * (between - from_i) as f64 / (i - from_i) as f64;
        }
        (i, j) = (from_i, from_j);
    }
    centres
}

/// Start and end of each syllable.
fn borders(centres: &[f64], stretch: Span, usual: f64) -> Vec<Span> {
    let inside = |at: f64| SampleTime(at.max(0.0).round() as u64).clamp(stretch.start, stretch.end);
    let border = |before: f64, after: f64| before + (after - before) * BORDER;
    let longest = LONGEST * usual;
    let syllable = |index: usize, centre: f64| {
        let before = index.checked_sub(1).and_then(|before| centres.get(before));
        let after = centres.get(index + 1);
        let start = before.map_or(stretch.start, |&before| inside(border(before, centre).max(centre - longest)));
        let end = after.map_or(stretch.end, |&after| inside(border(centre, after).min(centre + longest)));
        Span::new(start, end)
    };
    centres.iter().enumerate().map(|(index, &centre)| syllable(index, centre)).collect()
}
