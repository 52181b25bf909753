//! Phrases as chains of nodes, one for each unit, with shortcuts past optional pieces.

use super::alphabet::Alphabet;
use super::automaton::{FILLER_INSERTED, LEFT_OUT, LIGHT, LIGHT_LEFT_OUT, Purpose, budget};
use super::phrase::{Item, Phrase, longest};
use super::sound::{Class, REFUSED};
use super::triggers::Triggers;
use std::collections::HashSet;
use std::ops::Range;

/// A phrase or an exception in the machine.
#[derive(Clone, Debug)]
pub struct Form {
    /// Index of the subject that it belongs to.
    pub subject: usize,
    /// Index among the subject's phrases or exceptions.
    pub phrase: usize,
    /// What it is for.
    pub purpose: Purpose,
    /// Whether a clause must begin with it.
    pub at_start: bool,
    /// Whether a clause must end behind it.
    pub at_end: bool,
    /// Whether the end of a sentence may lie inside it.
    pub breaks: bool,
    /// Most units it stands for.
    pub longest: u16,
    /// The highest price that a way through it may have.
    pub limit: f32,
    /// Units that may lie in its gaps at most.
    pub gaps: u16,
    /// Its nodes.
    pub nodes: Range<usize>,
    /// Those that it may begin with.
    first: Range<usize>,
}

impl Form {
    /// How many units a way into it that is still open can have begun with at most.
    fn reach(&self) -> usize {
        usize::from(self.longest) + usize::from(self.gaps) + (self.limit / FILLER_INSERTED) as usize + 1
    }
}

/// A unit of a phrase, or one that lies in a gap. Places of nodes count from the first of the form.
#[derive(Clone, Debug)]
pub struct Node {
    /// Index of the unit; none in a gap.
    pub symbol: Option<u32>,
    /// The nodes that lead here, all with smaller places: a range of [`Graph::before`].
    before: Range<u32>,
    /// The last node that it leads to, or itself.
    pub farthest: u32,
    /// Price of leaving this unit out.
    pub left_out: f32,
    /// Units that may still follow.
    pub ahead: u16,
    /// Whether the phrase may begin here.
    pub first: bool,
    /// Whether the phrase may end here.
    pub last: bool,
    /// Whether the end of a sentence may lie before this unit.
    pub break_before: bool,
    /// Whether a comma before this unit is free.
    pub comma_free: bool,
    /// Whether another unit cannot stand for it.
    pub required: bool,
}

/// All phrases of a machine. Never changes once it is built, so that copies of a machine share it.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// The units of all phrases.
    pub alphabet: Alphabet,
    /// The phrases.
    pub forms: Vec<Form>,
    nodes: Vec<Node>,
    before: Vec<u32>,
    first: Vec<u32>,
    /// Units that may be put in anywhere.
    pub fillers: HashSet<String>,
    /// What tells that a phrase may be complete soon.
    pub ends: Triggers,
    /// What tells that a phrase, but no exception, may have begun.
    pub beginnings: Triggers,
    /// The most units that a way into a phrase can have begun with.
    pub reach: usize,
    /// The exceptions of each subject.
    exceptions: Vec<Vec<u32>>,
}

impl Graph {
    /// The graph of `phrases` (subject, purpose, index among the subject's phrases of that purpose), which forgives
    /// `fillers`.
    pub fn new<'a>(
        phrases: impl IntoIterator<Item = (usize, Purpose, usize, &'a Phrase)>,
        fillers: impl IntoIterator<Item = String>,
    ) -> Self {
        let mut graph = Self { fillers: fillers.into_iter().collect(), ..Self::default() };
        for (subject, purpose, place, phrase) in phrases {
            graph.add(subject, purpose, place, phrase);
        }
        graph.ends = Triggers::of_ends(&graph);
        graph.beginnings = Triggers::of_beginnings(&graph);
        graph.reach = graph.forms.iter().map(Form::reach).max().unwrap_or(0);
        graph
    }

    /// How many nodes all forms have together.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// The nodes of a form.
    pub fn nodes(&self, form: &Form) -> &[Node] {
        &self.nodes[form.nodes.clone()]
    }

    /// The nodes that a form may begin with.
    pub fn first_nodes(&self, form: &Form) -> impl Iterator<Item = &Node> {
        self.first[form.first.clone()].iter().map(|place| &self.nodes(form)[*place as usize])
    }

    /// The place of the last node that a form may begin with.
    pub fn last_first(&self, form: &Form) -> usize {
        self.first[form.first.clone()].last().map_or(0, |place| *place as usize)
    }

    /// The places of the nodes that lead to `node`.
    pub fn before(&self, node: &Node) -> &[u32] {
        &self.before[node.before.start as usize..node.before.end as usize]
    }

    /// The exceptions of a subject.
    pub fn exceptions_of(&self, subject: usize) -> &[u32] {
        self.exceptions.get(subject).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, subject: usize, purpose: Purpose, place: usize, phrase: &Phrase) {
        let first = self.nodes.len();
        let longest = u16::try_from(longest(&phrase.items)).unwrap_or(u16::MAX);
        if purpose == Purpose::Exception {
            self.exceptions.resize(self.exceptions.len().max(subject + 1), Vec::new());
            self.exceptions[subject].push(self.forms.len() as u32);
        }
        let mut builder = Builder { graph: self, first, required: false };
        let ends = builder.sequence(&phrase.items, Ends { begin: true, ..Ends::default() }, 0);
        for place in ends.nodes {
            let node = &mut self.nodes[first + place as usize];
            node.last = true;
            // Without its last word the phrase has not been said yet.
            node.left_out = if node.left_out > LIGHT_LEFT_OUT { REFUSED } else { node.left_out };
        }
        let nodes = first..self.nodes.len();
        let begins = self.first.len();
        let places = self.nodes[nodes.clone()].iter().enumerate().filter(|(_, node)| node.first);
        self.first.extend(places.map(|(place, _)| place as u32));
        let gaps = self.nodes[nodes.clone()].iter().filter(|node| node.symbol.is_none()).count();
        self.forms.push(Form {
            subject,
            phrase: place,
            purpose,
            at_start: phrase.at_start,
            at_end: phrase.at_end,
            breaks: self.nodes[nodes.clone()].iter().any(|node| node.break_before),
            longest,
            limit: budget(longest),
            gaps: u16::try_from(gaps).unwrap_or(u16::MAX),
            nodes,
            first: begins..self.first.len(),
        });
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
    graph: &'a mut Graph,
    /// Index of the form's first node.
    first: usize,
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
        let symbol = self.graph.alphabet.add(text);
        let left_out = match self.graph.alphabet.class(symbol) {
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
        let place = (self.graph.nodes.len() - self.first) as u32;
        let start = self.graph.before.len() as u32;
        self.graph.before.extend_from_slice(&ends.nodes);
        for &before in &ends.nodes {
            self.graph.nodes[self.first + before as usize].farthest = place;
        }
        self.graph.nodes.push(Node {
            symbol,
            before: start..self.graph.before.len() as u32,
            farthest: place,
            left_out,
            ahead: u16::try_from(ahead).unwrap_or(u16::MAX),
            first: ends.begin,
            last: false,
            break_before: ends.breaks,
            comma_free: ends.comma_free,
            required: self.required && symbol.is_some(),
        });
        place
    }
}
