//! Whether what is being said could still change the fate of a finding.
//!
//! This is asked only while a finding waits, of phrases that may have just begun. They sleep (a beginning alone
//! wakes nothing), so the few of which a beginning was heard ([`super::triggers`]) are looked at here. What was made of
//! them is kept until the next unit, so that each unit is heard once.

use super::automaton::{
    Automaton, Break, Heard, NOWHERE, Token, budget, catch_up, hear_on, reach, score_of, strictness,
};
use super::graph::{Form, Graph, Node};
use super::lately::{Lately, Past};
use super::triggers::{ROUNDING, Trigger};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// A phrase of which a beginning was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Begun {
    pub form: u32,
    /// Units that the beginning is long at most.
    pub units: u16,
    /// Place among the nodes of the phrase up to which nothing goes on from it.
    pub place: u32,
}

/// Phrases that were looked at while a finding waits, by the index of their form, and how far they had come.
#[derive(Clone, Debug, Default)]
pub struct LookedAt {
    forms: HashMap<u32, Look>,
    /// Number of the newest question.
    question: u64,
    /// Whether there was one since the newest unit.
    asked: bool,
}

/// How far a phrase had come.
#[derive(Clone, Debug)]
struct Look {
    /// Number of the newest unit that it has heard.
    newest: u64,
    /// Number of the question that it was last looked at for.
    question: u64,
    /// The start of its oldest token.
    oldest: u64,
    tokens: Vec<Token>,
}

impl LookedAt {
    /// Forgets everything.
    pub fn clear(&mut self) {
        self.forms.clear();
    }

    /// Says that another unit was heard. What nobody asks for is not kept.
    pub fn step(&mut self) {
        if !std::mem::take(&mut self.asked) {
            self.forms.clear();
        }
    }
}

/// What becomes of a phrase of which a beginning was heard.
enum Fate {
    /// It may win over the finding.
    Wins,
    /// This finding is safe from it.
    Loses,
    /// What began there is over.
    Over,
}

/// A finding that waits, as far as another phrase may win over it.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    /// Number of its last unit.
    end: u64,
    score: f32,
    /// Whether what began there would lie in the sentence of the newest unit.
    same_sentence: bool,
}

impl Automaton {
    /// Whether something that is being heard could still change the fate of a finding of `subject` on the units from
    /// `start` to `end` with this `score`: an exception around it (`shield` true) or a better phrase.
    pub fn undecided(&mut self, subject: usize, start: u64, end: u64, score: f32, shield: bool) -> bool {
        self.looked_at.question += 1;
        self.looked_at.asked = true;
        let graph = Arc::clone(&self.graph);
        if shield {
            return graph.exceptions_of(subject).iter().any(|number| {
                let form = &graph.forms[*number as usize];
                let around = |(node, token): (&Node, &Token)| promises(form, node, token) && token.start <= start;
                self.look(*number).is_some_and(|look| graph.nodes(form).iter().zip(&look.tokens).any(around))
            });
        }
        let mut same_sentence = true;
        // What began lately is likeliest to go on, so that the rest need not be looked at.
        for back in 0..graph.reach.min(self.heard.len()) {
            let at = self.heard.len() - 1 - back;
            let mut begun = self.begun_at(at, same_sentence);
            let wins = self.wins(&graph, &mut begun, back, Waiting { end, score, same_sentence });
            self.heard[at].begun = Some(begun);
            if wins {
                return true;
            }
            same_sentence &= self.heard[at].gap != Break::Sentence;
        }
        false
    }

    /// Whether a phrase among `begun`, of which a beginning was heard up to the unit `back` units ago, may win over
    /// `waiting`. Takes out those that are over.
    fn wins(&mut self, graph: &Graph, begun: &mut Vec<Begun>, back: usize, waiting: Waiting) -> bool {
        let number = self.heard[self.heard.len() - 1 - back].number;
        let mut place = 0;
        while let Some(one) = begun.get(place) {
            match self.fate(graph, one, number, back, waiting) {
                Fate::Wins => return true,
                Fate::Loses => place += 1,
                Fate::Over => drop(begun.swap_remove(place)),
            }
        }
        false
    }

    /// What becomes of a phrase that has `begun` up to unit `number`, `back` units ago, as far as `waiting` goes.
    fn fate(&mut self, graph: &Graph, begun: &Begun, number: u64, back: usize, waiting: Waiting) -> Fate {
        let form = &graph.forms[begun.form as usize];
        let in_time = number < waiting.end + u64::from(begun.units);
        if !in_time || f32::from(form.longest) <= waiting.score {
            return Fate::Loses;
        }
        match self.looked_at.forms.get(&begun.form) {
            Some(look) if look.oldest == u64::MAX && look.newest >= number => return Fate::Over,
            Some(look) if look.question == self.looked_at.question => return Fate::Loses,
            Some(_) => {}
            None if !form.breaks && !waiting.same_sentence => return Fate::Over,
            None if !self.may_last(form, begun.place as usize, back) || back >= reach(form, &self.heard) => {
                return Fate::Over;
            }
            None => {}
        }
        let Some(look) = self.look(begun.form) else { return Fate::Over };
        let wins = |(node, token): (&Node, &Token)| {
            promises(form, node, token)
                && token.start <= waiting.end
                && score_of(token.len + node.ahead, token.cost) > waiting.score
        };
        match graph.nodes(form).iter().zip(&look.tokens).any(wins) {
            true => Fate::Wins,
            false if look.oldest == u64::MAX => Fate::Over,
            false => Fate::Loses,
        }
    }

    /// How far form `number` has come with the newest unit; none when nothing was heard.
    fn look(&mut self, number: u32) -> Option<&Look> {
        let newest = self.heard.back()?.number;
        let (question, graph, room) = (self.looked_at.question, &self.graph, &mut self.room);
        let look = self.looked_at.forms.entry(number).or_insert_with(|| Look {
            newest: u64::MAX,
            question,
            oldest: u64::MAX,
            tokens: Vec::new(),
        });
        look.question = question;
        if look.newest != newest {
            look.hear(graph, number, &self.heard, room);
            look.newest = newest;
        }
        Some(look)
    }

    /// Whether a way into `form` that had come to the node `place` or a later one with the unit `back` units ago may
    /// still be open, judged by what each unit since then costs at least.
    fn may_last(&self, form: &Form, place: usize, back: usize) -> bool {
        let nodes = self.graph.nodes(form).get(place + 1..).unwrap_or_default();
        let mut least = self.heard.range(self.heard.len() - back..).map(|heard| {
            let own = nodes.iter().filter_map(|node| Some(heard.costs.all[node.symbol? as usize]));
            own.fold(heard.inserted, f32::min)
        });
        let most = form.limit + ROUNDING;
        if form.gaps == 0 {
            let mut spent = 0.0;
            return least.all(|cost| {
                spent += cost;
                spent <= most
            });
        }
        // What lies in gaps is as good as free: the dearest units, as many as fit.
        let Some(paid) = back.checked_sub(usize::from(form.gaps)) else { return true };
        let mut least: Vec<f32> = least.collect();
        least.sort_unstable_by(f32::total_cmp);
        least[..paid].iter().sum::<f32>() <= most
    }

    /// The beginnings of phrases that end with the unit at place `at`, only of those that may go on behind the end of a
    /// sentence when the newest unit is not in the `same_sentence`; found once, and taken from where they are
    /// remembered.
    fn begun_at(&mut self, at: usize, same_sentence: bool) -> Vec<Begun> {
        if let Some(known) = self.heard[at].begun.take() {
            return known;
        }
        let (graph, heard) = (&self.graph, &self.heard);
        let past = Past::new(heard, at, graph.reach);
        let mut forms: Vec<Begun> = Vec::new();
        let wanted = |form: &Form| same_sentence || form.breaks;
        graph.beginnings.heard(graph, &mut Lately::new(&past), wanted, |&Trigger { form, units, place, .. }| {
            forms.push(Begun { form, units, place });
        });
        forms
    }
}

impl Look {
    /// Makes up for the units since the newest one that was heard.
    fn hear(&mut self, graph: &Graph, number: u32, heard: &VecDeque<Heard>, room: &mut Vec<Token>) {
        let (form, number) = (&graph.forms[number as usize], number as usize);
        let missed = heard.iter().rev().take_while(|one| one.number != self.newest).count();
        self.oldest = if missed < reach(form, heard) {
            hear_on(graph, number, heard.range(heard.len() - missed..), &mut self.tokens, self.oldest, room, None)
        } else {
            catch_up(graph, number, heard, &mut self.tokens, room, None)
        };
    }
}

/// Whether a token may come to something, judged by what was heard so far.
fn promises(form: &Form, node: &Node, token: &Token) -> bool {
    node.ahead > 0
        && token.cost < NOWHERE.cost
        && token.len >= 2
        && token.cost <= budget(token.len) * strictness(form.purpose)
}
