//! All phrases of a pack as one machine that reads units one by one, with a price for everything misheard.
//!
//! Every phrase is a chain of nodes (one for each unit) with shortcuts past optional pieces. Each node keeps the
//! cheapest way to have got there (a [`Token`]). A new unit moves tokens on: to a node whose unit it is (or sounds
//! like), past a unit that was left out, or nowhere when the unit was put in. The work for one unit is
//! proportional to the nodes of the pack and independent of how much has been said; how alike the unit sounds is
//! computed once for each distinct unit of the pack.

use super::phrase::{Item, Phrase, longest};
use super::sound::{Class, REFUSED, Symbol};
use std::collections::{HashMap, HashSet};

/// Price of a unit that was put in, unless it is a filler of the pack.
const INSERTED: f32 = 0.6;
/// Price of a filler of the pack (就, 真, 啊) that was put in.
const FILLER_INSERTED: f32 = 0.14;
/// Price of another person that was put in: likely the sentence is about somebody else.
const PRONOUN_INSERTED: f32 = 1.2;
/// Price of a unit of the phrase that was left out. Recognisers swap syllables far more often than they lose one.
const LEFT_OUT: f32 = 1.4;
/// Price of a light unit of the phrase (的, 了) that was left out.
const LIGHT_LEFT_OUT: f32 = 0.3;
/// Units in `[…]` must be there; what sounds more different than this is not them.
const REQUIRED_MAX: f32 = 0.5;
/// Units that carry so little that leaving them out changes nothing.
const LIGHT: &str = "的了过都可就呢吧啊呀嘛";
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

/// A phrase or an exception in the machine.
#[derive(Clone, Debug)]
pub struct Form {
    /// Index of the pack's entry.
    pub entry: usize,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether a clause must end behind it.
    pub at_end: bool,
    /// Most units it stands for.
    longest: u16,
}

/// The cheapest way to a node.
#[derive(Clone, Copy, Debug)]
struct Token {
    cost: f32,
    /// Number of the first unit heard.
    start: u64,
    /// Units of the phrase so far, left-out ones included.
    len: u16,
}

const NOWHERE: Token = Token { cost: REFUSED, start: 0, len: 0 };

#[derive(Clone, Debug)]
struct Node {
    /// Index of the unit; none in a gap.
    symbol: Option<u32>,
    form: u32,
    /// Nodes that lead here, all with smaller numbers.
    before: Vec<u32>,
    /// Whether the phrase may begin here.
    first: bool,
    /// Whether the phrase may end here.
    last: bool,
    /// Whether the end of a sentence may lie before this unit.
    break_before: bool,
    /// Whether a comma before this unit is free.
    comma_free: bool,
    /// Units that may still follow.
    ahead: u16,
    /// Whether another unit cannot stand for it.
    required: bool,
    /// Price of leaving this unit out.
    left_out: f32,
}

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
}

/// The machine and where it stands.
#[derive(Clone, Debug)]
pub struct Automaton {
    symbols: Vec<Symbol>,
    forms: Vec<Form>,
    at_start: Vec<bool>,
    nodes: Vec<Node>,
    fillers: HashSet<String>,
    now: Vec<Token>,
    then: Vec<Token>,
    costs: Vec<f32>,
    /// `costs` of units heard before; speech uses few hundred different characters.
    known_costs: HashMap<String, Vec<f32>>,
}

/// Units whose costs are remembered at most.
const MOST_KNOWN: usize = 1024;

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

impl Automaton {
    /// An empty machine that forgives `fillers`.
    pub fn new(fillers: impl IntoIterator<Item = String>) -> Self {
        Self {
            symbols: Vec::new(),
            forms: Vec::new(),
            at_start: Vec::new(),
            nodes: Vec::new(),
            fillers: fillers.into_iter().collect(),
            now: Vec::new(),
            then: Vec::new(),
            costs: Vec::new(),
            known_costs: HashMap::new(),
        }
    }

    /// Adds phrases of entries, each with its purpose.
    pub fn extend<'a>(&mut self, phrases: impl IntoIterator<Item = (usize, Purpose, &'a Phrase)>) {
        let mut known: HashMap<String, u32> =
            self.symbols.iter().enumerate().map(|(index, symbol)| (symbol.text.clone(), index as u32)).collect();
        for (entry, purpose, phrase) in phrases {
            let form = self.forms.len() as u32;
            let longest = u16::try_from(longest(&phrase.items)).unwrap_or(u16::MAX);
            self.forms.push(Form { entry, purpose, at_end: phrase.at_end, longest });
            self.at_start.push(phrase.at_start);
            let mut builder = Builder { machine: self, known: &mut known, form, required: false };
            let ends = builder.sequence(&phrase.items, Ends { nodes: Vec::new(), begin: true, ..Ends::default() }, 0);
            for node in ends.nodes {
                let node = &mut self.nodes[node as usize];
                node.last = true;
                // Without its last word the phrase has not been said yet.
                node.left_out = if node.left_out > LIGHT_LEFT_OUT { REFUSED } else { node.left_out };
            }
        }
        self.known_costs.clear();
        self.now = vec![NOWHERE; self.nodes.len()];
        self.then = self.now.clone();
    }

    /// The form with this index.
    pub fn form(&self, index: usize) -> &Form {
        &self.forms[index]
    }

    /// Forgets everything that was begun.
    pub fn clear(&mut self) {
        self.now.fill(NOWHERE);
    }

    /// Whether something that is being heard could still change the fate of a hit of `entry` on the units from
    /// `start` to `end` with this `score`: an exception around it (`shield` true) or a better phrase.
    pub fn undecided(&self, entry: usize, start: u64, end: u64, score: f32, shield: bool) -> bool {
        self.nodes.iter().zip(&self.now).any(|(node, token)| {
            if token.cost == REFUSED || node.ahead == 0 {
                return false;
            }
            let form = &self.forms[node.form as usize];
            if shield {
                form.purpose == Purpose::Exception
                    && form.entry == entry
                    && token.start <= start
                    && token.len >= 2
                    && token.cost <= budget(token.len) * EXCEPTION_STRICTNESS
            } else {
                form.purpose == Purpose::Phrase
                    && token.start <= end
                    && token.len >= 2
                    && token.cost <= budget(token.len)
                    && score_of(token.len + node.ahead, token.cost) > score
            }
        })
    }

    /// Sets `costs` for the unit heard.
    fn price(&mut self, heard: &Symbol) {
        self.costs.clear();
        if let Some(known) = self.known_costs.get(&heard.text) {
            self.costs.extend_from_slice(known);
            return;
        }
        self.costs.extend(self.symbols.iter().map(|symbol| symbol.cost(heard)));
        if self.known_costs.len() >= MOST_KNOWN {
            self.known_costs.clear();
        }
        self.known_costs.insert(heard.text.clone(), self.costs.clone());
    }

    /// Hears unit number `number` behind `gap` and reports what is complete with it. `clause_start` says that a
    /// clause begins with this unit.
    pub fn step(&mut self, heard: &Symbol, number: u64, gap: Break, clause_start: bool, found: &mut Vec<Found>) {
        if gap == Break::Silence {
            self.clear();
        }
        self.price(heard);
        let inserted = match heard.class {
            Class::Negation => REFUSED,
            Class::Pronoun => PRONOUN_INSERTED,
            _ if self.fillers.contains(&heard.text) => FILLER_INSERTED,
            _ => INSERTED,
        };
        for index in 0..self.nodes.len() {
            let node = &self.nodes[index];
            let form = &self.forms[node.form as usize];
            let may_begin = node.first && (clause_start || !self.at_start[node.form as usize]);
            // Most nodes are out of reach most of the time.
            let reached = |token: &Token| token.cost < REFUSED;
            let from = |before: &u32| reached(&self.now[*before as usize]) || reached(&self.then[*before as usize]);
            if !may_begin && !reached(&self.now[index]) && !node.before.iter().any(from) {
                self.then[index] = NOWHERE;
                continue;
            }
            let (token, ends_here) = self.arrive(node, heard, gap, inserted, number, may_begin, index);
            let worth = token.cost <= budget(form.longest);
            self.then[index] = if worth { token } else { NOWHERE };
            if worth && ends_here && node.last && token.start <= number {
                let strict = if form.purpose == Purpose::Exception { EXCEPTION_STRICTNESS } else { 1.0 };
                if token.cost <= budget(token.len) * strict {
                    found.push(Found {
                        form: node.form as usize,
                        start: token.start,
                        len: token.len,
                        cost: token.cost,
                    });
                }
            }
        }
        std::mem::swap(&mut self.now, &mut self.then);
    }

    /// The cheapest way to `node` with the unit heard, and whether the phrase's own unit (not one put in) was last.
    #[allow(clippy::too_many_arguments)] // one state of one step; a struct would only rename them
    fn arrive(
        &self,
        node: &Node,
        heard: &Symbol,
        gap: Break,
        inserted: f32,
        number: u64,
        may_begin: bool,
        index: usize,
    ) -> (Token, bool) {
        let form = &self.forms[node.form as usize];
        let own = match node.symbol {
            Some(symbol) => match self.costs[symbol as usize] {
                cost if node.required && cost > REQUIRED_MAX => REFUSED,
                cost => cost,
            },
            None => gap_cost(heard, form.purpose),
        };
        let counted = u16::from(node.symbol.is_some());
        let crossing = match gap {
            Break::None | Break::Silence => 0.0,
            Break::Comma if node.comma_free || node.break_before => 0.0,
            Break::Comma => COMMA_CROSSED,
            Break::Sentence if node.break_before => 0.0,
            Break::Sentence => REFUSED,
        };
        let mut best = NOWHERE;
        let mut ends_here = false;
        let mut offer = |token: Token, extra: f32, len: u16, ends: bool| {
            let cost = token.cost + extra;
            if cost < best.cost || (cost == best.cost && cost < REFUSED && token.len + len > best.len) {
                best = Token { cost, start: token.start, len: token.len + len };
                ends_here = ends;
            }
        };
        for &before in &node.before {
            offer(self.now[before as usize], own + crossing, counted, true);
            offer(self.then[before as usize], node.left_out, counted, true);
        }
        if may_begin {
            offer(Token { cost: 0.0, start: number, len: 0 }, own, counted, true);
            offer(Token { cost: 0.0, start: number + 1, len: 0 }, node.left_out, counted, false);
        }
        // A gap has nodes of its own for what lies in it.
        if node.symbol.is_some() {
            let across = match gap {
                Break::None | Break::Silence => 0.0,
                Break::Comma => COMMA_CROSSED,
                Break::Sentence => REFUSED,
            };
            offer(self.now[index], inserted + across, 0, false);
        }
        (best, ends_here)
    }
}

/// How good a match is: long and cheap.
pub fn score_of(len: u16, cost: f32) -> f32 {
    f32::from(len) - 2.0 * cost
}

fn gap_cost(heard: &Symbol, purpose: Purpose) -> f32 {
    match (purpose, heard.class) {
        (Purpose::Exception, _) => 0.0,
        (_, Class::Negation) => REFUSED,
        (_, Class::Pronoun) => PRONOUN_IN_GAP,
        _ => IN_GAP,
    }
}

/// Where a piece of a phrase may go on from.
#[derive(Clone, Debug, Default)]
struct Ends {
    nodes: Vec<u32>,
    /// Whether nothing has to come before.
    begin: bool,
    /// Whether a sentence may end here.
    breaks: bool,
    /// Whether a comma is free here.
    comma_free: bool,
}

struct Builder<'a> {
    machine: &'a mut Automaton,
    known: &'a mut HashMap<String, u32>,
    form: u32,
    /// Whether the pieces being added stand in `[…]`.
    required: bool,
}

impl Builder<'_> {
    /// Adds nodes for `items` behind `ends`; `ahead` units may follow the last of them.
    fn sequence(&mut self, items: &[Item], mut ends: Ends, ahead: usize) -> Ends {
        for (place, item) in items.iter().enumerate() {
            let rest = ahead + longest(&items[place + 1..]);
            ends = match item {
                Item::Unit(text) => self.unit(text, &ends, rest),
                Item::Break => Ends { breaks: true, ..ends },
                Item::Gap(most) => self.gap(*most, ends, rest),
                Item::Choice { ways, optional } => {
                    let mut all = if *optional { ends.clone() } else { Ends::default() };
                    let outside = self.required;
                    self.required = !*optional;
                    for way in ways {
                        let one = self.sequence(way, ends.clone(), rest);
                        all.nodes.extend(one.nodes);
                        all.begin |= one.begin;
                        all.breaks |= one.breaks;
                        all.comma_free |= one.comma_free;
                    }
                    self.required = outside;
                    all
                }
            };
        }
        ends
    }

    fn unit(&mut self, text: &str, ends: &Ends, ahead: usize) -> Ends {
        let symbols = &mut self.machine.symbols;
        let symbol = *self.known.entry(text.to_owned()).or_insert_with(|| {
            symbols.push(Symbol::new(text));
            symbols.len() as u32 - 1
        });
        let left_out = match symbols[symbol as usize].class {
            Class::Negation | Class::Pronoun => REFUSED,
            _ if self.required => REFUSED,
            _ if LIGHT.contains(text) => LIGHT_LEFT_OUT,
            _ => LEFT_OUT,
        };
        Ends { nodes: vec![self.node(Some(symbol), ends, ahead, left_out)], ..Ends::default() }
    }

    /// Up to `most` nodes that take any unit; the way on is open after each of them.
    fn gap(&mut self, most: u8, ends: Ends, ahead: usize) -> Ends {
        let mut all = Ends { comma_free: true, ..ends.clone() };
        // A phrase never begins with a gap, so the gap may only follow a unit.
        let mut last = Ends { begin: false, comma_free: true, ..ends };
        for _ in 0..most {
            let node = self.node(None, &last, ahead, REFUSED);
            all.nodes.push(node);
            last = Ends { nodes: vec![node], comma_free: true, ..Ends::default() };
        }
        all
    }

    fn node(&mut self, symbol: Option<u32>, ends: &Ends, ahead: usize, left_out: f32) -> u32 {
        self.machine.nodes.push(Node {
            symbol,
            form: self.form,
            before: ends.nodes.clone(),
            first: ends.begin,
            last: false,
            break_before: ends.breaks,
            comma_free: ends.comma_free,
            ahead: u16::try_from(ahead).unwrap_or(u16::MAX),
            required: self.required && symbol.is_some(),
            left_out,
        });
        self.machine.nodes.len() as u32 - 1
    }
}
