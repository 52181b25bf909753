//! What tells that a phrase may be complete soon, so that all others can sleep.
//!
//! Every way through a phrase of `l` units that counts costs at most [`budget`]`(l)`. Share that price out among some
//! of its units, the same share for each way (`share`), and nothing among the others. Then on every way that is cheap
//! enough there is a unit with a share for which this holds: it costs no more than its share, it and the unit before
//! it together no more than their shares, and so on back to the beginning (were it otherwise, each stretch would
//! cost more than its shares, and so would the whole; take the unit behind which the sum of prices less shares is
//! lowest). So a phrase need not be looked at before such a unit, its trigger, has been heard with all that must lie
//! before it. This is the pigeonhole principle of approximate string matching (Navarro and Raffinot 2002, chapter 6)
//! in its prefix form (Qin and Xiao 2018, "Pigeonring"), with prices in place of errors. Shares go to the units
//! near the end, because most can be asked of what lies before them: beginnings that many phrases have in common
//! (您, 我们) wake nothing. Nothing is lost by it: `automaton_tests` compares it with looking at every phrase always.

use super::automaton::{INSERTED, LEFT_OUT, LIGHT_LEFT_OUT, budget, strictness};
use super::graph::{Form, Graph, Node};
use super::seeds::{HIGHEST, ROUNDING};

/// The highest share of a unit. A trigger is among the units that are cheap enough to be listed.
const MOST_SHARE: f32 = HIGHEST - 0.01;
/// The highest share when light units have one too; below the price of leaving one out, so that a trigger was heard.
const MOST_LIGHT_SHARE: f32 = LIGHT_LEFT_OUT - 0.01;
/// More guards tell little more.
const MOST_GUARDS: usize = 8;

/// A unit of a phrase that may wake it.
#[derive(Clone, Copy, Debug)]
pub struct Trigger {
    /// The phrase.
    pub form: u32,
    /// What it may cost.
    most: f32,
    /// Units that every way to it goes through, the nearest first: a range of all [`Guard`]s.
    guards: (u32, u32),
}

/// A unit of a phrase that every way to its trigger goes through.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Guard {
    symbol: u32,
    /// Price of leaving it out.
    left_out: f32,
    /// What all units from it to the trigger may cost.
    most: f32,
    /// Fewest and most units from it to the trigger, when nothing but light units is left out and nothing put in.
    steps: (u16, u16),
}

/// The triggers of all phrases, by their unit.
#[derive(Clone, Debug, Default)]
pub struct Triggers {
    /// Where the triggers of each unit begin.
    starts: Vec<u32>,
    triggers: Vec<Trigger>,
    guards: Vec<Guard>,
    /// Phrases without triggers, which must never sleep.
    pub restless: Vec<u32>,
}

impl Triggers {
    /// The triggers of all phrases of `graph`.
    pub fn new(graph: &Graph) -> Self {
        let mut all = Self::default();
        let mut found: Vec<(u32, Trigger)> = Vec::new();
        for (number, form) in graph.forms.iter().enumerate() {
            let nodes = graph.nodes(form);
            let Some(shares) = Shares::new(graph, form) else {
                all.restless.push(number as u32);
                continue;
            };
            let through = common(graph, nodes);
            for (place, node) in nodes.iter().enumerate() {
                if let (Some(symbol), true) = (node.symbol, shares.has(node)) {
                    let start = all.guards.len() as u32;
                    shares.guard(graph, form, place, &through[place], &mut all.guards);
                    let guards = (start, all.guards.len() as u32);
                    let trigger = Trigger { form: number as u32, most: shares.share + ROUNDING, guards };
                    found.push((symbol, trigger));
                }
            }
        }
        found.sort_by_key(|(symbol, trigger)| (*symbol, trigger.form));
        all.starts = vec![0; graph.alphabet.len() + 1];
        for (symbol, _) in &found {
            all.starts[*symbol as usize + 1] += 1;
        }
        for place in 1..all.starts.len() {
            all.starts[place] += all.starts[place - 1];
        }
        all.triggers = found.into_iter().map(|(_, trigger)| trigger).collect();
        all
    }

    /// The triggers whose unit is `symbol`.
    pub fn of(&self, symbol: u32) -> &[Trigger] {
        let place = |at: usize| self.starts.get(at).map_or(0, |start| *start as usize);
        let symbol = symbol as usize;
        self.triggers.get(place(symbol)..place(symbol + 1)).unwrap_or_default()
    }

    /// Whether `trigger`, which was heard for `own`, may be part of something that counts, judged by what was heard
    /// before it. `heard` is the price of a unit so many units before, and whether a filler was heard there; none
    /// where nothing was heard.
    pub fn wakes(&self, trigger: &Trigger, own: f32, heard: impl Fn(usize, u32) -> Option<(f32, bool)>) -> bool {
        let mut total = own;
        let (first, end) = (trigger.guards.0 as usize, trigger.guards.1 as usize);
        own <= trigger.most
            && self.guards.get(first..end).unwrap_or_default().iter().all(|guard| {
                let fewest = usize::from(guard.steps.0).saturating_sub((guard.most / LEFT_OUT) as usize);
                let mut most = usize::from(guard.steps.1) + (guard.most / INSERTED) as usize;
                let mut cheapest = guard.left_out;
                let mut back = 1;
                while back <= most
                    && let Some((cost, filler)) = heard(back, guard.symbol)
                {
                    if back >= fewest {
                        cheapest = cheapest.min(cost);
                    }
                    most += usize::from(filler);
                    back += 1;
                }
                total += cheapest;
                total <= guard.most
            })
    }
}

/// How the price of a phrase is shared out.
#[derive(Clone, Copy, Debug)]
struct Shares {
    /// Units have a share when fewer than this many may follow.
    last: u16,
    /// Whether light units have one too.
    light: bool,
    /// The share of each.
    share: f32,
}

impl Shares {
    /// The shares of a form: as few units as possible, near its end. None when there is no way to share.
    fn new(graph: &Graph, form: &Form) -> Option<Self> {
        (1..=form.longest).flat_map(|last| [(last, false), (last, true)]).find_map(|(last, light)| {
            let mut shares = Self { last, light, share: 0.0 };
            shares.share = shares.needed(graph, form);
            (shares.share <= if light { MOST_LIGHT_SHARE } else { MOST_SHARE }).then_some(shares)
        })
    }

    fn has(self, node: &Node) -> bool {
        node.symbol.is_some() && node.ahead < self.last && (self.light || node.left_out > LIGHT_LEFT_OUT)
    }

    /// The share that makes up for the price of every way through `form`.
    fn needed(self, graph: &Graph, form: &Form) -> f32 {
        let nodes = graph.nodes(form);
        let lengths = usize::from(form.longest) + 1;
        // For each node and number of units up to it the fewest of them that have a share.
        let mut fewest: Vec<u16> = vec![NO_WAY; nodes.len() * lengths];
        let mut share = 0.0f32;
        for (place, node) in nodes.iter().enumerate() {
            let (done, rest) = fewest.split_at_mut(place * lengths);
            let own = &mut rest[..lengths];
            let (unit, shared) = (usize::from(node.symbol.is_some()), u16::from(self.has(node)));
            if node.first {
                own[unit] = shared;
            }
            for &before in graph.before(node) {
                let before = &done[before as usize * lengths..][..lengths];
                for (len, &known) in before[..lengths - unit].iter().enumerate() {
                    own[len + unit] = own[len + unit].min(known.saturating_add(shared));
                }
            }
            if node.last {
                for (len, &known) in own.iter().enumerate().filter(|(_, known)| **known != NO_WAY) {
                    let price = budget(len as u16) * strictness(form.purpose);
                    share = share.max(if known == 0 { f32::INFINITY } else { price / f32::from(known) });
                }
            }
        }
        share
    }

    /// Appends the guards of the trigger at `place`; `through` are the nodes that every way to it goes through.
    fn guard(self, graph: &Graph, form: &Form, place: usize, through: &[usize], guards: &mut Vec<Guard>) {
        let nodes = graph.nodes(form);
        let mut between: Vec<Option<Between>> = vec![None; place + 1];
        between[place] = Some(Between::default());
        for at in (0..=place).rev() {
            let Some(mut way) = between[at] else { continue };
            let node = &nodes[at];
            if at < place {
                way.fewest += u16::from(node.left_out > LIGHT_LEFT_OUT);
                way.most += 1;
                way.shares += u16::from(self.has(node));
            }
            for &before in graph.before(node) {
                let known = between[before as usize].get_or_insert(way);
                known.fewest = known.fewest.min(way.fewest);
                known.most = known.most.max(way.most);
                known.shares = known.shares.max(way.shares);
            }
        }
        let whole = form.limit * strictness(form.purpose);
        let nearest = through.iter().rev().filter_map(|&at| Some((&nodes[at], nodes[at].symbol?, between[at]?)));
        guards.extend(nearest.take(MOST_GUARDS).map(|(node, symbol, between)| {
            let shares = between.shares + 1 + u16::from(self.has(node));
            Guard {
                symbol,
                left_out: node.left_out,
                most: (f32::from(shares) * self.share).min(whole) + ROUNDING,
                steps: (between.fewest + 1, between.most + 1),
            }
        }));
    }
}

/// Number of shares where no way leads.
const NO_WAY: u16 = u16::MAX;

/// What lies on the ways between two nodes.
#[derive(Clone, Copy, Debug, Default)]
struct Between {
    fewest: u16,
    most: u16,
    shares: u16,
}

/// For each node the places of those that every way to it goes through, in order.
fn common(graph: &Graph, nodes: &[Node]) -> Vec<Vec<usize>> {
    let mut through: Vec<Vec<usize>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let with = |before: u32| through[before as usize].iter().copied().chain([before as usize]);
        let mut before = graph.before(node).iter();
        let mut all: Vec<usize> = match before.next() {
            Some(first) if !node.first => with(*first).collect(),
            _ => Vec::new(),
        };
        before.for_each(|other| all.retain(|place| with(*other).any(|known| known == *place)));
        through.push(all);
    }
    through
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::automaton::Purpose;
    use crate::wording::phrase::Phrase;

    fn triggers(source: &str) -> (Graph, Triggers) {
        let phrase = Phrase::parse(source).expect("valid");
        let graph = Graph::new([(0, Purpose::Phrase, 0, &phrase)], []);
        let triggers = Triggers::new(&graph);
        (graph, triggers)
    }

    #[test]
    fn a_phrase_wakes_near_its_end() {
        for (source, count) in [("天地人山", 1), ("天地人山水", 2), ("天地人山水火木金", 3), ("天地人[山|水](火)", 3)]
        {
            let (_, found) = triggers(source);
            assert_eq!(found.triggers.len(), count, "{source}");
            assert!(found.restless.is_empty(), "{source}");
        }
    }

    #[test]
    fn guards_are_what_every_way_goes_through() {
        let (graph, found) = triggers("天(地)人…山水");
        let last = found.of(graph.forms[0].nodes.len() as u32 - 5)[0];
        let guards = &found.guards[last.guards.0 as usize..last.guards.1 as usize];
        let seen: Vec<(u32, (u16, u16))> = guards.iter().map(|guard| (guard.symbol, guard.steps)).collect();
        // 天 0, 地 1, 人 2, 山 3, 水 4.
        assert_eq!(seen, [(3, (1, 1)), (2, (2, 6)), (0, (3, 8))]);
    }
}
