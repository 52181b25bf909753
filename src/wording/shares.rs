//! How the price of a phrase is shared out among its units, so that there are [`super::triggers`].

use super::automaton::{FILLER_INSERTED, LIGHT_LEFT_OUT, Purpose, budget, strictness};
use super::graph::{Form, Graph, Node};
use super::triggers::{HIGHEST, ROUNDING};

/// The highest share of a unit. A trigger is among the units that are cheap enough to be listed.
const MOST_SHARE: f32 = HIGHEST - 0.01;
/// The highest share when light units have one too; below the price of leaving one out, so that a trigger was heard.
const MOST_LIGHT_SHARE: f32 = LIGHT_LEFT_OUT - 0.01;
/// Number of units where no way leads.
const NO_WAY: u16 = u16::MAX;

/// A unit that has a share, so that it may be a trigger.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Its place among the nodes of the form.
    pub place: usize,
    /// What it may cost.
    pub most: f32,
    /// Added to the slack of a node, what all units from there to this one may cost.
    pub total: f32,
    /// What all units up to this one may cost.
    pub whole: f32,
    /// Units heard from the beginning to this one at most.
    pub units: u16,
}

/// How the price of a form is shared out.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// For each node.
    pub slack: Vec<f32>,
    /// The units that have a share.
    pub shares: Vec<Share>,
}

/// The shares that tell when a form may be complete: as few units as possible, near its end. None when there is no
/// way to share.
pub fn end(graph: &Graph, form: &Form) -> Option<Plan> {
    let shares = LastUnits::new(graph, form)?;
    let nodes = graph.nodes(form);
    // Units with a share behind each node, the most and the fewest of all ways.
    let mut behind: Vec<(u16, u16)> = nodes.iter().map(|node| (0, if node.last { 0 } else { NO_WAY })).collect();
    let mut plan = Plan { slack: vec![0.0; nodes.len()], shares: Vec::new() };
    for (place, node) in nodes.iter().enumerate().rev() {
        let (most, fewest) = behind[place];
        let own = u16::from(shares.has(node));
        plan.slack[place] = f32::from(most + own) * shares.share;
        for &before in graph.before(node) {
            let known = &mut behind[before as usize];
            *known = (known.0.max(most + own), known.1.min(fewest.saturating_add(own)));
        }
        if own > 0 {
            let whole = form.limit * strictness(form.purpose);
            let total = -f32::from(if fewest == NO_WAY { 0 } else { fewest }) * shares.share;
            plan.shares.push(Share { place, most: shares.share, total, whole, units: u16::MAX });
        }
    }
    Some(plan)
}

/// The shares that tell when a form may have begun: at every unit as much as a beginning that ends there may cost.
/// Exceptions have none.
pub fn beginning(graph: &Graph, form: &Form) -> Option<Plan> {
    let nodes = graph.nodes(form);
    let mut plan = Plan { slack: vec![0.0; nodes.len()], shares: Vec::new() };
    if form.purpose == Purpose::Exception {
        return Some(plan);
    }
    // Units of the phrase up to each node, the fewest and the most of all ways, and the most with those in gaps.
    let mut up_to: Vec<(u16, u16, u16)> = Vec::with_capacity(nodes.len());
    for (place, node) in nodes.iter().enumerate() {
        let own = u16::from(node.symbol.is_some());
        let (mut fewest, mut most, mut units) = (if node.first { 0 } else { NO_WAY }, 0, 0);
        for &before in graph.before(node) {
            let known = up_to[before as usize];
            (fewest, most, units) = (fewest.min(known.0), most.max(known.1), units.max(known.2));
        }
        fewest = if fewest == NO_WAY { 0 } else { fewest };
        plan.slack[place] = -begun(fewest);
        let (fewest, most, units) = (fewest + own, most + own, units + 1);
        up_to.push((fewest, most, units));
        if own > 0 && most >= 2 && node.ahead > 0 {
            let total = begun(most);
            let units = units + ((total + ROUNDING) / FILLER_INSERTED) as u16;
            let dearest = (fewest.max(2)..=most).map(|len| begun(len) - begun(len - 1)).fold(0.0, f32::max);
            plan.shares.push(Share { place, most: dearest, total, whole: total, units });
        }
    }
    Some(plan)
}

/// What the first `len` units of a phrase may cost together when it counts as begun: at least their [`budget`], and
/// never so much more than without the last of them that leaving a unit out could be paid for with its share. One unit
/// alone is no beginning: it is asked for less than nothing.
fn begun(len: u16) -> f32 {
    match len {
        0 | 1 => -ROUNDING,
        5 => 0.6,
        _ => budget(len),
    }
}

/// Shares of the units near the end of a form.
#[derive(Clone, Copy, Debug)]
struct LastUnits {
    /// Units have a share when fewer than this many may follow.
    last: u16,
    /// Whether light units have one too.
    light: bool,
    /// The share of each.
    share: f32,
}

impl LastUnits {
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
}

/// Most nodes between each node and the one at `place`; none where no way leads.
pub fn between(graph: &Graph, nodes: &[Node], place: usize) -> Vec<Option<u16>> {
    let mut between: Vec<Option<u16>> = vec![None; place + 1];
    between[place] = Some(0);
    for at in (0..=place).rev() {
        let Some(most) = between[at].map(|most| most + u16::from(at < place)) else { continue };
        for &before in graph.before(&nodes[at]) {
            let known = &mut between[before as usize];
            *known = Some(known.map_or(most, |known| known.max(most)));
        }
    }
    between
}

/// For each node the places of those that every way to it goes through, in order.
pub fn common(graph: &Graph, nodes: &[Node]) -> Vec<Vec<usize>> {
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
