//! What tells that a phrase may have begun, so that no other need be looked at.
//!
//! A phrase of `l` units may cost [`budget`]`(l)` altogether, 0.05 to 0.22 a unit. The units that were really heard,
//! taken two by two, share that price; so in every way through a phrase that is cheap enough to matter there are two
//! units, one heard after the other, that together cost no more than the price divided by the number of pairs. As
//! long as no such pair has been heard, nothing that matters can have happened in a phrase, and it need not be looked
//! at. A pair counts only when what was heard before it leaves a way to it that is cheap enough. This is the pigeonhole filter of approximate string matching (Wu and Manber 1992; Navarro and Raffinot 2002,
//! chapter 6), with prices in place of errors. Nothing is lost by it: `automaton_tests` compares it with looking at
//! every phrase always.

use super::automaton::{FILLER_INSERTED, INSERTED, LIGHT_LEFT_OUT, Purpose, budget, strictness};
use super::graph::{Form, Graph};
use super::sound::REFUSED;
use std::collections::HashMap;

/// No pair that matters costs more. Below the price of putting in a unit that is no filler, so that only fillers and
/// what lies in a gap may come between the two.
pub const HIGHEST: f32 = 0.46;
/// Prices are sums of rounded numbers.
pub const ROUNDING: f32 = 1e-3;

/// Two units of a phrase that may be heard one after the other.
#[derive(Clone, Copy, Debug)]
pub struct Seed {
    /// The unit before.
    pub before: u32,
    /// The phrase.
    pub form: u32,
    /// What both may cost together.
    pub most: f32,
    /// Units that may lie in a gap between them.
    pub gap: u16,
    /// Units that every way to the earlier one goes through: a range of all [`Guard`]s.
    guards: (u32, u32),
}

/// A unit of a phrase that every way to another goes through.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Guard {
    symbol: u32,
    /// Price of leaving it out.
    left_out: f32,
    /// Most units from it to the other, when nothing is put in.
    steps: u16,
}

/// More guards tell little more.
const MOST_GUARDS: usize = 3;

/// All pairs of all phrases, by the later unit.
#[derive(Clone, Debug, Default)]
pub struct Seeds {
    /// Where the pairs of each unit begin.
    starts: Vec<u32>,
    seeds: Vec<Seed>,
    guards: Vec<Guard>,
}

impl Seeds {
    /// The pairs of all phrases of `graph`.
    pub fn new(graph: &Graph) -> Self {
        let mut found: Vec<(u32, Seed)> = Vec::new();
        let mut prices = Prices::default();
        let mut guards = Vec::new();
        for (number, form) in graph.forms.iter().enumerate() {
            let guarded = guard(graph, form, &mut guards);
            pairs(graph, form, |earlier, (before, symbol), way| {
                let most = prices.most(form, way.left_out);
                if most > 0.0 {
                    let guards = guarded[earlier];
                    let seed = Seed { before, form: number as u32, most, gap: way.gap, guards };
                    found.push((symbol, seed));
                }
            });
        }
        found.sort_by_key(|(symbol, seed)| (*symbol, seed.before, seed.form));
        let mut starts = vec![0; graph.alphabet.len() + 1];
        for (symbol, _) in &found {
            starts[*symbol as usize + 1] += 1;
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        Self { starts, seeds: found.into_iter().map(|(_, seed)| seed).collect(), guards }
    }

    /// Whether a way through `seed` whose pair costs `cost` can stay below `limit`, judged by what was heard before
    /// the pair. `heard` is the price of a unit so many units before the earlier one of the pair, and whether a
    /// filler was heard there; none where nothing was heard.
    pub fn affordable(
        &self,
        seed: &Seed,
        cost: f32,
        limit: f32,
        heard: impl Fn(usize, u32) -> Option<(f32, bool)>,
    ) -> bool {
        let (first, end) = (seed.guards.0 as usize, seed.guards.1 as usize);
        let mut total = cost;
        self.guards.get(first..end).unwrap_or_default().iter().all(|guard| {
            let mut reach = usize::from(guard.steps) + ((limit + ROUNDING) / INSERTED) as usize;
            let mut cheapest = guard.left_out;
            let mut back = 1;
            while back <= reach
                && let Some((cost, filler)) = heard(back, guard.symbol)
            {
                cheapest = cheapest.min(cost);
                reach += usize::from(filler);
                back += 1;
            }
            total += cheapest;
            total <= limit + ROUNDING
        })
    }

    /// The pairs whose later unit is `symbol`.
    pub fn of(&self, symbol: u32) -> &[Seed] {
        let place = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
        let symbol = symbol as usize;
        self.seeds.get(place(symbol)..place(symbol + 1)).unwrap_or_default()
    }
}

/// What may lie between two units that are heard one after the other.
#[derive(Clone, Copy, Debug)]
struct Way {
    /// Price of the units of the phrase that were left out, the lowest of all ways.
    left_out: f32,
    /// Units in gaps, the most of all ways.
    gap: u16,
}

/// Finds for each node of a form the last units that every way to it goes through: a range of `guards`.
fn guard(graph: &Graph, form: &Form, guards: &mut Vec<Guard>) -> Vec<(u32, u32)> {
    let nodes = graph.nodes(form);
    // For each node the places of those that every way to it goes through, itself included, in order.
    let mut through: Vec<Vec<usize>> = Vec::with_capacity(nodes.len());
    let mut ranges = Vec::with_capacity(nodes.len());
    for (place, node) in nodes.iter().enumerate() {
        let mut before = graph.before(node).iter().map(|before| &through[*before as usize]);
        let mut common = match before.next() {
            Some(first) if !node.first => first.clone(),
            _ => Vec::new(),
        };
        before.for_each(|other| common.retain(|place| other.contains(place)));
        let first = guards.len() as u32;
        let nearest = common.iter().rev().filter_map(|&place| Some((place, nodes[place].symbol?)));
        guards.extend(nearest.take(MOST_GUARDS).map(|(guard, symbol)| Guard {
            symbol,
            left_out: nodes[guard].left_out,
            steps: u16::try_from(place - guard).unwrap_or(u16::MAX),
        }));
        ranges.push((first, guards.len() as u32));
        common.push(place);
        through.push(common);
    }
    ranges
}

/// Hands over every two units of a form that may be heard one after the other, with the place of the earlier one.
fn pairs(graph: &Graph, form: &Form, mut each: impl FnMut(usize, (u32, u32), Way)) {
    let nodes = graph.nodes(form);
    let mut ways: Vec<Option<Way>> = vec![None; nodes.len()];
    for (place, node) in nodes.iter().enumerate() {
        let Some(symbol) = node.symbol else { continue };
        ways[..place].fill(None);
        let reach = |ways: &mut [Option<Way>], before: &[u32], way: Way| {
            for before in before {
                let known = ways[*before as usize].get_or_insert(way);
                known.left_out = known.left_out.min(way.left_out);
                known.gap = known.gap.max(way.gap);
            }
        };
        reach(&mut ways, graph.before(node), Way { left_out: 0.0, gap: 0 });
        for earlier in (0..place).rev() {
            let (Some(way), node) = (ways[earlier], &nodes[earlier]) else { continue };
            let past = match node.symbol {
                None => Way { gap: way.gap.saturating_add(1), ..way },
                Some(before) => {
                    each(earlier, (before, symbol), way);
                    Way { left_out: way.left_out + node.left_out, ..way }
                }
            };
            if past.left_out <= form.limit + ROUNDING {
                reach(&mut ways, graph.before(node), past);
            }
        }
    }
}

/// What pairs may cost, by what decides it.
#[derive(Default)]
struct Prices(HashMap<(u16, bool, u32), f32>);

impl Prices {
    /// What the cheapest pair of any way through `form` that matters costs at most, when the pair leaves out units of
    /// the phrase for `left_out`; below 0 when there is no such way.
    fn most(&mut self, form: &Form, left_out: f32) -> f32 {
        let exception = form.purpose == Purpose::Exception;
        let key = (form.longest, exception, left_out.to_bits());
        *self.0.entry(key).or_insert_with(|| {
            let fewest_left_out = u16::from(left_out > 0.0);
            let mut most = REFUSED_PAIR;
            for len in 2..=form.longest {
                for missing in fewest_left_out..=len - 2 {
                    let lost = left_out.max(LIGHT_LEFT_OUT * f32::from(missing));
                    let left = budget(len) * strictness(form.purpose) + ROUNDING - lost;
                    if left < 0.0 {
                        break;
                    }
                    most = most.max(left / f32::from((len - missing) / 2));
                }
            }
            most
        })
    }
}

/// Price of a pair that no way goes through.
const REFUSED_PAIR: f32 = -REFUSED;

/// Whether units of the phrase, `between` of them fillers and none of them anything else but what lies in the gap, may
/// lie between two units that cost `cost` together.
pub fn may_lie_between(seed: &Seed, cost: f32, between: u16, fillers: u16) -> bool {
    let put_in = between.saturating_sub(seed.gap);
    put_in <= fillers && cost + FILLER_INSERTED * f32::from(put_in) <= seed.most
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::phrase::Phrase;

    #[test]
    fn no_pair_that_matters_costs_as_much_as_putting_in_a_unit() {
        for len in 2..=48 {
            let phrase = Phrase::parse(&"好".repeat(len)).expect("valid");
            let graph = Graph::new([(0, Purpose::Phrase, 0, &phrase)], []);
            let most = Prices::default().most(&graph.forms[0], 0.0);
            assert!(most > 0.0 && most < HIGHEST, "{len}: {most}");
        }
    }

    #[test]
    fn pairs_reach_over_gaps_and_optional_pieces() {
        let phrase = Phrase::parse("天(地)的人…山水").expect("valid");
        let graph = Graph::new([(0, Purpose::Phrase, 0, &phrase)], []);
        let mut found = Vec::new();
        pairs(&graph, &graph.forms[0], |_, (before, after), way| found.push((before, after, way.left_out, way.gap)));
        found.retain(|(.., left_out, _)| *left_out < 0.5);
        found.sort_by_key(|(before, after, ..)| (*before, *after));
        // 天 0, 地 1, 的 2, 人 3, 山 4, 水 5; 的 may be left out for 0.3.
        let expected = [(0, 1, 0.0, 0), (0, 2, 0.0, 0), (0, 3, 0.3, 0), (1, 2, 0.0, 0), (1, 3, 0.3, 0)];
        assert_eq!(found[..5], expected);
        assert_eq!(found[5..], [(2, 3, 0.0, 0), (3, 4, 0.0, 4), (4, 5, 0.0, 0)]);
    }

    #[test]
    fn guards_are_what_every_way_goes_through() {
        let phrase = Phrase::parse("天(地)[人|山]水火").expect("valid");
        let graph = Graph::new([(0, Purpose::Phrase, 0, &phrase)], []);
        let mut guards = Vec::new();
        let ranges = guard(&graph, &graph.forms[0], &mut guards);
        let of = |place: usize| -> Vec<(u32, u16)> {
            let (first, end) = ranges[place];
            guards[first as usize..end as usize].iter().map(|guard| (guard.symbol, guard.steps)).collect()
        };
        assert_eq!((of(0), of(1), of(2), of(3)), (vec![], vec![(0, 1)], vec![(0, 2)], vec![(0, 3)]));
        assert_eq!(of(5), [(4, 1), (0, 5)]);
    }
}
