//! All phrases of a pack as one machine that reads units one by one, with a price for everything misheard.
//!
//! Every phrase is a chain of nodes (one for each unit) with shortcuts past optional pieces. Each node keeps the
//! cheapest way to have got there (a [`Token`]). A new unit moves tokens on: to a node whose unit it is (or sounds
//! like), past a unit that was left out, or nowhere when the unit was put in.
//!
//! Most phrases sleep. One wakes when enough of it has been heard ([`super::triggers`]); what it would have made of the
//! units before is then made up for, and it falls asleep again when nothing that was begun is left. So the work for
//! one unit is about proportional to the phrases that resemble what is being said, and independent of how much has
//! been said; how alike the unit sounds is computed once for each sound of the pack.

use super::alphabet::{Costs, PriceList};
use super::graph::{Form, Graph, Node};
use super::lately::{Lately, Past};
use super::phrase::Phrase;
use super::sound::{Class, REFUSED, Symbol};
use super::triggers;
use super::undecided::{Begun, LookedAt};
use std::collections::VecDeque;
use std::sync::Arc;

/// Price of a unit that was put in, unless it is a filler of the pack.
pub const INSERTED: f32 = 0.6;
/// Price of a filler of the pack (就, 真, 啊) that was put in.
pub const FILLER_INSERTED: f32 = 0.14;
/// Price of another person that was put in: likely the sentence is about somebody else.
const PRONOUN_INSERTED: f32 = 1.2;
/// Price of a unit of the phrase that was left out. Recognisers swap syllables far more often than they lose one.
pub const LEFT_OUT: f32 = 1.4;
/// Price of a light unit of the phrase (的, 了) that was left out.
pub const LIGHT_LEFT_OUT: f32 = 0.3;
/// Units in `[…]` must be there; what sounds more different than this is not them.
const REQUIRED_MAX: f32 = 0.5;
/// Units that carry so little that leaving them out changes nothing.
pub const LIGHT: &str = "的了过都可就呢吧啊呀嘛";
/// Price of crossing a comma or a short pause inside a phrase.
const COMMA_CROSSED: f32 = 0.1;
/// Price of each unit in a gap, so that the nearest match wins.
const IN_GAP: f32 = 0.02;
/// Price of a pronoun in a gap: likely another clause has begun.
const PRONOUN_IN_GAP: f32 = 0.3;
/// Exceptions must match this much better than phrases, because they make the app keep silent.
const EXCEPTION_STRICTNESS: f32 = 0.5;

/// What lies between two units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Break {
    /// Spoken on.
    None,
    /// A comma or a short pause.
    Comma,
    /// The end of a sentence; only phrases with a comma at this place reach across.
    Sentence,
    /// A long silence; nothing reaches across.
    Silence,
}

/// What a phrase is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Saying it is a hit.
    Phrase,
    /// It takes back a hit inside it.
    Exception,
}

/// The cheapest way to a node.
#[derive(Clone, Copy, Debug)]
pub struct Token {
    pub cost: f32,
    /// Number of the first unit heard.
    pub start: u64,
    /// Units of the phrase so far, left-out ones included.
    pub len: u16,
    /// Whether a unit so far was not written just so.
    sounded: bool,
}

pub const NOWHERE: Token = Token { cost: REFUSED, start: 0, len: 0, sounded: false };

/// A phrase or exception that has just been heard in full.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Found {
    /// Index of the form.
    pub form: usize,
    /// Number of the first unit.
    pub start: u64,
    /// Units of the phrase.
    pub len: u16,
    /// Price of everything misheard.
    pub cost: f32,
    /// Whether a unit of the phrase was not written just so.
    pub sounded: bool,
}

/// A unit that was heard, with all that the machine makes of it.
#[derive(Clone, Debug)]
pub struct Heard {
    pub costs: Arc<Costs>,
    pub number: u64,
    pub gap: Break,
    /// Whether a clause begins with it.
    pub clause_start: bool,
    pub class: Class,
    pub filler: bool,
    /// Price of its having been put in.
    pub inserted: f32,
    /// The phrases that may have begun with it and the units before, once it was asked for.
    pub begun: Option<Vec<Begun>>,
}

/// A phrase that is awake.
#[derive(Clone, Copy, Debug)]
struct Awake {
    form: u32,
    /// Number of the unit that last woke it.
    woken: u64,
    /// Where its tokens begin.
    tokens: usize,
}

/// The machine and where it stands.
#[derive(Clone, Debug)]
pub struct Automaton {
    pub(super) graph: Arc<Graph>,
    prices: PriceList,
    /// The units heard lately, the newest last.
    pub(super) heard: VecDeque<Heard>,
    /// Phrases that are awake, in order, and their tokens.
    awake: Vec<Awake>,
    now: Vec<Token>,
    /// Room for the next ones.
    next: Vec<Awake>,
    then: Vec<Token>,
    woken: Vec<u32>,
    scratch: Vec<Token>,
    pub(super) room: Vec<Token>,
    /// Phrases that were looked at while a finding waits.
    pub(super) looked_at: LookedAt,
}

/// Units remembered for phrases that wake. No way through a phrase is longer, but for those with most of the
/// allowed units and many gaps.
const MEMORY: usize = 256;

/// The price that a match of `len` units may have. Short phrases must sound nearly exact: there is too much
/// ordinary speech that differs from them by one syllable. Long ones bear a wrong syllable in four or five.
pub fn budget(len: u16) -> f32 {
    match len {
        0 | 1 => 0.0,
        2 => 0.1,
        3 => 0.25,
        4 => 0.33,
        5 => 0.55,
        6 => 0.85,
        7 => 1.05,
        long => 1.05 + 0.22 * f32::from(long - 7),
    }
}

/// The share of [`budget`] that a match may cost.
pub fn strictness(purpose: Purpose) -> f32 {
    match purpose {
        Purpose::Phrase => 1.0,
        Purpose::Exception => EXCEPTION_STRICTNESS,
    }
}

impl Automaton {
    /// A machine for `phrases` (subject, purpose, index among the subject's phrases of that purpose) that forgives
    /// `fillers`.
    pub fn new<'a>(
        phrases: impl IntoIterator<Item = (usize, Purpose, usize, &'a Phrase)>,
        fillers: impl IntoIterator<Item = String>,
    ) -> Self {
        Self {
            graph: Arc::new(Graph::new(phrases, fillers)),
            prices: PriceList::default(),
            heard: VecDeque::new(),
            awake: Vec::new(),
            now: Vec::new(),
            next: Vec::new(),
            then: Vec::new(),
            woken: Vec::new(),
            scratch: Vec::new(),
            room: Vec::new(),
            looked_at: LookedAt::default(),
        }
    }

    /// The form with this index.
    pub fn form(&self, index: usize) -> &Form {
        &self.graph.forms[index]
    }

    /// Forgets everything that was begun.
    pub fn clear(&mut self) {
        self.heard.clear();
        self.awake.clear();
        self.now.clear();
        self.looked_at.clear();
    }

    /// Hears unit number `number` behind `gap` and reports what is complete with it. `clause_start` says that a
    /// clause begins with this unit.
    pub fn step(&mut self, heard: &Symbol, number: u64, gap: Break, clause_start: bool, found: &mut Vec<Found>) {
        if gap == Break::Silence {
            self.clear();
        }
        if self.heard.len() >= MEMORY {
            self.heard.pop_front();
        }
        let heard = self.take_in(heard, number, gap, clause_start);
        self.heard.push_back(heard);
        self.looked_at.step();
        self.wake();
        self.move_on(found);
        std::mem::swap(&mut self.now, &mut self.then);
        std::mem::swap(&mut self.awake, &mut self.next);
    }

    fn take_in(&mut self, heard: &Symbol, number: u64, gap: Break, clause_start: bool) -> Heard {
        let filler = self.graph.fillers.contains(&heard.text);
        let inserted = match heard.class {
            Class::Negation => REFUSED,
            Class::Pronoun => PRONOUN_INSERTED,
            Class::Plain if filler => FILLER_INSERTED,
            Class::Plain => INSERTED,
        };
        let costs = self.prices.price(&self.graph.alphabet, heard, triggers::HIGHEST);
        let filler = inserted == FILLER_INSERTED;
        Heard { costs, number, gap, clause_start, class: heard.class, filler, inserted, begun: None }
    }

    /// Finds the phrases that the newest unit wakes, in order.
    fn wake(&mut self) {
        let (graph, woken, heard) = (&self.graph, &mut self.woken, &self.heard);
        woken.clear();
        woken.extend_from_slice(&graph.ends.restless);
        let Some(at) = heard.len().checked_sub(1) else { return };
        let past = Past::new(heard, at, graph.reach);
        graph.ends.heard(graph, &mut Lately::new(&past), |_| true, |trigger| woken.push(trigger.form));
        woken.sort_unstable();
        woken.dedup();
    }

    /// Moves every phrase that is awake or has just been woken on by the newest unit.
    fn move_on(&mut self, found: &mut Vec<Found>) {
        self.next.clear();
        self.then.clear();
        let Some(newest) = self.heard.back() else { return };
        let (mut awake, mut woken) = (self.awake.iter().peekable(), self.woken.iter().peekable());
        loop {
            let number = match (awake.peek(), woken.peek()) {
                (None, None) => break,
                (Some(one), None) => one.form,
                (None, Some(form)) => **form,
                (Some(one), Some(form)) => one.form.min(**form),
            };
            let before = awake.next_if(|one| one.form == number);
            let is_woken = woken.next_if(|form| **form == number).is_some();
            let form = &self.graph.forms[number as usize];
            let tokens = self.then.len();
            let oldest = match before {
                Some(before) => {
                    let now = &self.now[before.tokens..before.tokens + form.nodes.len()];
                    advance(&self.graph, number as usize, newest, now, &mut self.then, Some(found))
                }
                None => {
                    let (tokens, room) = (&mut self.scratch, &mut self.room);
                    let oldest = catch_up(&self.graph, number as usize, &self.heard, tokens, room, Some(found));
                    self.then.extend_from_slice(tokens);
                    oldest
                }
            };
            let woken = if is_woken { newest.number } else { before.map_or(0, |before| before.woken) };
            // What was begun later than the last pair holds none yet, and will wake the phrase when it does.
            if oldest <= woken {
                self.next.push(Awake { form: number, woken, tokens });
            } else {
                self.then.truncate(tokens);
            }
        }
    }
}

/// Makes `tokens` those of form `number`, which sleeps, as they would be if it had heard everything, and reports what is
/// complete with the newest unit. Returns the start of the oldest token. `room` is for the work.
pub fn catch_up(
    graph: &Graph,
    number: usize,
    heard: &VecDeque<Heard>,
    tokens: &mut Vec<Token>,
    room: &mut Vec<Token>,
    found: Option<&mut Vec<Found>>,
) -> u64 {
    let form = &graph.forms[number];
    tokens.clear();
    tokens.resize(form.nodes.len(), NOWHERE);
    let units = heard.range(heard.len() - reach(form, heard)..);
    hear_on(graph, number, units, tokens, u64::MAX, room, found)
}

/// Moves `tokens` of form `number`, the oldest of which started at `oldest`, on by `units` and reports what is complete
/// with the last of them. Returns the start of the oldest token, `u64::MAX` when there is none. `room` is for the work.
pub fn hear_on<'a>(
    graph: &Graph,
    number: usize,
    units: impl ExactSizeIterator<Item = &'a Heard>,
    tokens: &mut Vec<Token>,
    mut oldest: u64,
    room: &mut Vec<Token>,
    mut found: Option<&mut Vec<Found>>,
) -> u64 {
    let form = &graph.forms[number];
    let newest = units.len().saturating_sub(1);
    for (place, one) in units.enumerate() {
        if oldest == u64::MAX && !may_begin(graph, form, one) {
            continue;
        }
        room.clear();
        // Whatever was complete earlier would have woken the phrase then.
        let found = if place == newest { found.take() } else { None };
        oldest = advance(graph, number, one, tokens, room, found);
        std::mem::swap(tokens, room);
    }
    oldest
}

/// Whether a way into `form` may begin with `heard`, or behind it with the first unit left out.
fn may_begin(graph: &Graph, form: &Form, heard: &Heard) -> bool {
    let mut first = graph.first_nodes(form);
    (heard.clause_start || !form.at_start)
        && first.any(|node| own_cost(form, node, &heard.costs.all, heard.class).min(node.left_out) <= form.limit)
}

/// How many of the newest units a way into `form` that is still open can have begun with.
pub fn reach(form: &Form, heard: &VecDeque<Heard>) -> usize {
    let free = usize::from(form.longest) + usize::from(form.gaps);
    let mut fillers = 0;
    let mut units = 0usize;
    for one in heard.iter().rev() {
        units += 1;
        fillers += usize::from(one.filler);
        let put_in = units.saturating_sub(free);
        let cheap = put_in.min(fillers);
        if cheap as f32 * FILLER_INSERTED + (put_in - cheap) as f32 * INSERTED > form.limit {
            break;
        }
    }
    units
}

/// Appends the tokens of form `number` after the unit `heard` to `then`, from those before it, and reports what is
/// complete with it. Returns the start of the oldest token, `u64::MAX` when there is none.
pub fn advance(
    graph: &Graph,
    number: usize,
    heard: &Heard,
    now: &[Token],
    then: &mut Vec<Token>,
    mut found: Option<&mut Vec<Found>>,
) -> u64 {
    let form = &graph.forms[number];
    let base = then.len();
    let starts = heard.clause_start || !form.at_start;
    let reached = |token: &Token| token.cost < REFUSED;
    let mut oldest = u64::MAX;
    // Behind this node only what was there before is open.
    let mut until = if starts { graph.last_first(form) } else { 0 };
    for (place, node) in graph.nodes(form).iter().enumerate() {
        let here = reached(&now[place]);
        if here {
            until = until.max(node.farthest as usize);
        }
        let before = graph.before(node);
        let may_begin = node.first && starts;
        // Most nodes are out of reach most of the time.
        let from = |before: &u32| reached(&now[*before as usize]) || reached(&then[base + *before as usize]);
        if !here && (place > until || !may_begin && !before.iter().any(from)) {
            then.push(NOWHERE);
            continue;
        }
        let (token, ends_here) = arrive(form, node, heard, may_begin, now[place], before, now, &then[base..]);
        if token.cost > form.limit {
            then.push(NOWHERE);
            continue;
        }
        then.push(token);
        until = until.max(node.farthest as usize);
        oldest = oldest.min(token.start);
        if let Some(found) = found.as_mut()
            && ends_here
            && node.last
            && token.start <= heard.number
            && token.cost <= budget(token.len) * strictness(form.purpose)
        {
            let Token { cost, start, len, sounded } = token;
            found.push(Found { form: number, start, len, cost, sounded });
        }
    }
    oldest
}

/// The cheapest way to `node` with the unit heard, and whether the phrase's own unit (not one put in) was last.
#[allow(clippy::too_many_arguments)] // one state of one step; a struct would only rename them
fn arrive(
    form: &Form,
    node: &Node,
    heard: &Heard,
    may_begin: bool,
    here: Token,
    before: &[u32],
    now: &[Token],
    then: &[Token],
) -> (Token, bool) {
    let own = own_cost(form, node, &heard.costs.all, heard.class);
    let counted = u16::from(node.symbol.is_some());
    let crossing = crossing(node, heard.gap);
    let mut best = NOWHERE;
    let mut ends_here = false;
    let mut offer = |token: Token, extra: f32, len: u16, ends: bool, sounds: bool| {
        let cost = token.cost + extra;
        if cost < best.cost || (cost == best.cost && cost < REFUSED && token.len + len > best.len) {
            best = Token { cost, start: token.start, len: token.len + len, sounded: token.sounded || sounds };
            ends_here = ends;
        }
    };
    // 的 and 了 come and go in speech; a phrase without them is still written just so.
    let (misheard, lost) = (own > 0.0 && node.symbol.is_some(), node.left_out > LIGHT_LEFT_OUT);
    for &before in before {
        offer(now[before as usize], own + crossing, counted, true, misheard);
        offer(then[before as usize], node.left_out, counted, true, lost);
    }
    if may_begin {
        let begun = |start| Token { cost: 0.0, start, len: 0, sounded: false };
        offer(begun(heard.number), own, counted, true, misheard);
        offer(begun(heard.number + 1), node.left_out, counted, false, lost);
    }
    // A gap has nodes of its own for what lies in it.
    if node.symbol.is_some() {
        offer(here, heard.inserted + across(heard.gap), 0, false, false);
    }
    (best, ends_here)
}

/// Price of hearing a unit of this class, which costs so much as each unit of the alphabet, for `node`.
pub fn own_cost(form: &Form, node: &Node, costs: &[f32], class: Class) -> f32 {
    match node.symbol {
        Some(symbol) => as_required(node.required, costs[symbol as usize]),
        None => gap_cost(class, form.purpose),
    }
}

/// What `cost` is for a unit for which no worse one may stand when it is `required`.
pub fn as_required(required: bool, cost: f32) -> f32 {
    if required && cost > REQUIRED_MAX { REFUSED } else { cost }
}

/// Price of what lies before the unit that is heard for `node`.
pub fn crossing(node: &Node, gap: Break) -> f32 {
    match gap {
        Break::None | Break::Silence => 0.0,
        Break::Comma if node.comma_free || node.break_before => 0.0,
        Break::Comma => COMMA_CROSSED,
        Break::Sentence if node.break_before => 0.0,
        Break::Sentence => REFUSED,
    }
}

/// Price of what lies before a unit that was put in.
pub fn across(gap: Break) -> f32 {
    match gap {
        Break::None | Break::Silence => 0.0,
        Break::Comma => COMMA_CROSSED,
        Break::Sentence => REFUSED,
    }
}

/// How good a match is: long and cheap.
pub fn score_of(len: u16, cost: f32) -> f32 {
    f32::from(len) - 2.0 * cost
}

fn gap_cost(heard: Class, purpose: Purpose) -> f32 {
    match (purpose, heard) {
        (Purpose::Exception, _) => 0.0,
        (_, Class::Negation) => REFUSED,
        (_, Class::Pronoun) => PRONOUN_IN_GAP,
        _ => IN_GAP,
    }
}

#[cfg(test)]
#[path = "automaton_tests.rs"]
mod tests;
