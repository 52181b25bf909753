//! The running transcript: settled text dark, unsettled text pale, rejected wording marked in place with what to say
//! instead. In a replay every word plays from where it was said.

use super::button::{self, Look};
use crate::engine::judge::Amendment;
use crate::session::event::{Hit, HitLevel, Severity, TextSegment};
use crate::session::timeline::PartialText;
use crate::text::hit_reason;
use crate::time::{SampleTime, Span, clock_text, samples};
use crate::ui::command::Command;
use crate::ui::scene::Scene;
use crate::ui::theme::{self, BODY, GRID, SMALL, Tokens};
use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align, Color32, Popup, PopupCloseBehavior, Pos2, Rect, Response, RichText, Role, ScrollArea, Sense, SetOpenCommand,
    Stroke, Ui, WidgetInfo, pos2, vec2,
};
use std::cmp::Reverse;
use std::ops::Range;

/// Height of a line of text.
const LINE: f32 = 28.0;
/// Width of the times at the left edge.
const TIMES: f32 = 56.0;
/// A new paragraph after this much without text.
const PARAGRAPH_GAP_S: f64 = 1.5;
/// A new paragraph after this many words, at the next full stop.
const PARAGRAPH_WORDS: usize = 60;
/// How far text that is agreed, but not settled, lies between pale and settled text.
const AGREED_DARKER: f32 = 0.4;
/// Settled segments that the live view keeps in reach; the replay has all of them.
const LIVE_SEGMENTS: usize = 120;

/// What may end a phrase without being part of it.
const PUNCTUATION: [char; 12] = ['，', '。', '！', '？', '、', '；', '：', ',', '.', '!', '?', ';'];

/// A stretch of text that is laid out in one piece.
struct Paragraph<'a> {
    segments: Vec<&'a TextSegment>,
    partial: Option<&'a PartialText>,
    start: SampleTime,
}

/// Splits the text where the speaker stopped, and long talk at the end of a sentence.
fn paragraphs<'a>(scene: &Scene<'a>) -> Vec<Paragraph<'a>> {
    let all = &scene.timeline.segments;
    let first = if scene.replay { 0 } else { all.len().saturating_sub(LIVE_SEGMENTS) };
    let mut paragraphs: Vec<Paragraph<'a>> = Vec::new();
    let mut last_end = SampleTime::ZERO;
    let mut words = 0;
    for segment in &all[first..] {
        let apart = segment.span.start - last_end > samples(PARAGRAPH_GAP_S);
        let ended = paragraphs.last().and_then(|p| p.segments.last()).is_some_and(|s| ends_sentence(s));
        if paragraphs.is_empty() || apart || (words > PARAGRAPH_WORDS && ended) {
            paragraphs.push(Paragraph { segments: Vec::new(), partial: None, start: segment.span.start });
            words = 0;
        }
        words += segment.words.len();
        last_end = segment.span.end;
        if let Some(paragraph) = paragraphs.last_mut() {
            paragraph.segments.push(segment);
        }
    }
    if let Some(partial) = scene.timeline.partial.as_ref().filter(|_| !scene.replay) {
        let apart = partial.span.start - last_end > samples(PARAGRAPH_GAP_S);
        match paragraphs.last_mut().filter(|_| !apart) {
            Some(paragraph) => paragraph.partial = Some(partial),
            None => {
                paragraphs.push(Paragraph { segments: Vec::new(), partial: Some(partial), start: partial.span.start });
            }
        }
    }
    paragraphs
}

fn ends_sentence(segment: &TextSegment) -> bool {
    segment.words.last().is_some_and(|word| word.text.ends_with(['。', '！', '？', '.', '!', '?']))
}

/// A paragraph ready for layout, and which characters are which words.
struct Typeset {
    job: LayoutJob,
    /// First character of each word, in order, with the word's start.
    words: Vec<(usize, SampleTime)>,
    chars: usize,
}

impl Typeset {
    fn push(&mut self, text: &str, format: TextFormat) {
        self.job.append(text, 0.0, format);
        self.chars += text.chars().count();
    }
}

fn format(size: f32, color: Color32) -> TextFormat {
    TextFormat { line_height: Some(LINE), valign: Align::Center, ..TextFormat::simple(theme::font(size), color) }
}

/// The hit that a word is part of.
fn hit_at<'a>(hits: &'a [Hit], scene: &Scene<'_>, start: SampleTime, end: SampleTime) -> Option<&'a Hit> {
    let middle = start.midpoint(end);
    let is_known = |hit: &&Hit| scene.replay || hit.ready_at <= scene.now;
    let counts = |hit: &&Hit| hit.span.contains(middle) && is_known(hit) && !scene.timeline.is_aside(hit);
    let known = hits.iter().filter(counts);
    // A banned phrase inside a sentence that is built badly is what matters.
    known.max_by_key(|hit| (hit.level == HitLevel::Banned, hit.severity, Reverse(hit.span.samples())))
}

/// Whether a settled word is part of a banned phrase that what follows may still excuse.
fn is_doubtful(scene: &Scene<'_>, middle: SampleTime) -> bool {
    scene.timeline.provisional.iter().any(|hit| hit.span.contains(middle))
}

fn typeset(scene: &Scene<'_>, paragraph: &Paragraph<'_>, tokens: &Tokens, width: f32) -> Typeset {
    let job = LayoutJob { wrap: TextWrapping::wrap_at_width(width), ..LayoutJob::default() };
    let mut out = Typeset { job, words: Vec::new(), chars: 0 };
    let mut open: Option<&Hit> = None;
    let mut comma = "";
    for word in paragraph.segments.iter().flat_map(|segment| &segment.words) {
        let hit = hit_at(&scene.timeline.hits, scene, word.span.start, word.span.end);
        if open.is_some() && open != hit {
            // A sentence that goes on behind a worse phrase gets its advice at its own end.
            let over = open.filter(|hit| hit.span.end <= word.span.middle());
            let comma_only = over.is_none_or(|hit| !shows_advice(hit));
            replacement(&mut out, over, tokens);
            // Without a comma a space keeps the advice apart from what was really said.
            let apart = if comma.is_empty() && !comma_only { " " } else { comma };
            out.push(apart, format(BODY, tokens.text));
            comma = "";
        }
        open = hit;
        out.words.push((out.chars, word.span.start));
        let spoken = scene.replay && word.span.contains(scene.now);
        // The comma behind a phrase is not part of it; it comes after what to say instead.
        let bare = if hit.is_some() || spoken { word.text.trim_end_matches(PUNCTUATION) } else { word.text.as_str() };
        out.push(comma, format(BODY, tokens.text));
        let mut look = word_format(hit, spoken, tokens);
        if hit.is_none() && !scene.replay && is_doubtful(scene, word.span.middle()) {
            mark_doubtful(&mut look, tokens);
        }
        out.push(bare, look);
        comma = &word.text[bare.len()..];
    }
    replacement(&mut out, open, tokens);
    out.push(comma, format(BODY, tokens.text));
    if let Some(partial) = paragraph.partial {
        set_partial(&mut out, scene, partial, tokens);
    }
    out
}

/// Text that may still change. Banned phrases in it are marked as doubtful: settling confirms or withdraws them.
fn set_partial(out: &mut Typeset, scene: &Scene<'_>, partial: &PartialText, tokens: &Tokens) {
    let text = partial.text.as_str();
    let agreed = text.char_indices().nth(partial.stable_chars).map_or(text.len(), |(at, _)| at);
    let doubtful: Vec<Range<usize>> = scene
        .timeline
        .provisional
        .iter()
        .filter_map(|hit| {
            let phrase = hit.text.trim_matches(PUNCTUATION);
            let start = text.find(phrase).filter(|_| !phrase.is_empty())?;
            Some(start..start + phrase.len())
        })
        .collect();
    let mut borders: Vec<usize> = doubtful.iter().flat_map(|range| [range.start, range.end]).collect();
    borders.extend([0, agreed, text.len()]);
    borders.sort_unstable();
    for pair in borders.windows(2) {
        let Some(piece) = text.get(pair[0]..pair[1]).filter(|piece| !piece.is_empty()) else { continue };
        // What will stay is a little darker than what may still change.
        let darker = if pair[0] < agreed { AGREED_DARKER } else { 0.0 };
        let mut look = format(BODY, tokens.pale.lerp_to_gamma(tokens.text, darker));
        if doubtful.iter().any(|range| range.contains(&pair[0])) {
            mark_doubtful(&mut look, tokens);
        }
        out.push(piece, look);
    }
    out.push("…", format(BODY, tokens.pale));
}

/// Red and underlined, and not yet struck out.
fn mark_doubtful(look: &mut TextFormat, tokens: &Tokens) {
    look.color = tokens.bad;
    look.underline = Stroke::new(1.5, tokens.bad);
}

fn word_format(hit: Option<&Hit>, spoken: bool, tokens: &Tokens) -> TextFormat {
    let mut look = format(BODY, tokens.text);
    if let Some(hit) = hit {
        let (color, back) = match hit.level {
            HitLevel::Banned => (tokens.bad, tokens.bad_dim),
            HitLevel::Discouraged => (tokens.watch, tokens.watch_dim),
        };
        if hit.severity == Severity::Info {
            // Worth knowing, and no more: a thin line, and the advice when it is pointed at.
            look.underline = Stroke::new(1.0, tokens.quiet);
            return spoken_format(look, spoken, tokens);
        }
        look.color = color;
        look.background = back;
        look.font_id = theme::bold(BODY);
        // Struck out or underlined: told apart without colour.
        match hit.level {
            HitLevel::Banned => look.strikethrough = Stroke::new(1.5, color),
            HitLevel::Discouraged => look.underline = Stroke::new(1.5, color),
        }
    }
    spoken_format(look, spoken, tokens)
}

/// The word that is heard right now stands out.
fn spoken_format(mut look: TextFormat, spoken: bool, tokens: &Tokens) -> TextFormat {
    if spoken {
        look.background = tokens.accent;
        look.color = tokens.on_accent;
    }
    look
}

/// Whether the advice stands in the text itself.
fn shows_advice(hit: &Hit) -> bool {
    hit.severity > Severity::Info && !hit.suggestion.is_empty()
}

/// What to say instead, right behind the phrase.
fn replacement(out: &mut Typeset, hit: Option<&Hit>, tokens: &Tokens) {
    if let Some(hit) = hit.filter(|hit| shows_advice(hit)) {
        out.push(&format!(" → {}", hit.suggestion.trim_end_matches(PUNCTUATION)), format(BODY, tokens.good));
    }
}

/// Draws the transcript into what is left of `ui`.
pub fn transcript_ui(ui: &mut Ui, scene: &Scene<'_>, out: &mut Vec<Command>) {
    let width = ui.available_width();
    ScrollArea::vertical().id_salt("transcript").auto_shrink(false).stick_to_bottom(!scene.replay).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GRID / 2.0;
        for paragraph in &paragraphs(scene) {
            paragraph_ui(ui, scene, paragraph, width - 2.0 * GRID, out);
        }
    });
}

fn paragraph_ui(ui: &mut Ui, scene: &Scene<'_>, paragraph: &Paragraph<'_>, width: f32, out: &mut Vec<Command>) {
    let tokens = Tokens::of(ui);
    let set = typeset(scene, paragraph, tokens, (width - TIMES).max(80.0));
    let plain = set.job.text.clone();
    let galley = ui.painter().layout_job(set.job);
    let sense = if scene.replay || scene.amendable { Sense::click() } else { Sense::hover() };
    let (rect, response) = ui.allocate_exact_size(vec2(width, galley.size().y), sense);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &plain));
    let time = clock_text(paragraph.start);
    let origin = pos2(rect.left() + TIMES, rect.top());
    let place = pos2(rect.left(), rect.top() + LINE / 2.0);
    let current = scene.replay && is_current(paragraph, scene.now);
    let color = if current { tokens.accent } else { tokens.quiet };
    ui.painter().text(place, egui::Align2::LEFT_CENTER, time, theme::font(SMALL), color);
    ui.painter().galley(origin, galley.clone(), tokens.text);
    let hit_under = |pointer: Pos2| {
        let start = word_at(&galley, &set.words, origin, pointer)?;
        hit_at(&scene.timeline.hits, scene, start, start + 2)
    };
    let asked = response.interact_pointer_pos().filter(|_| asks_about(scene, &response)).and_then(hit_under);
    if mark_ui(scene, &response, asked, out) {
        // The tooltip would say the same again.
    } else if let Some(hit) = response.hover_pos().and_then(hit_under) {
        response.clone().on_hover_ui_at_pointer(|ui| about_ui(ui, scene, hit, true));
    }
    if scene.replay {
        if let Some(pointer) = response.interact_pointer_pos().filter(|_| response.clicked()) {
            let at = word_at(&galley, &set.words, origin, pointer).unwrap_or(paragraph.start);
            out.push(Command::PlayFrom(at.seconds()));
        }
        response.on_hover_cursor(egui::CursorIcon::PointingHand);
        if current {
            follow(ui, rect);
        }
    }
}

/// Whether a click asks what can be done with the phrase under it. In a replay a plain click plays.
fn asks_about(scene: &Scene<'_>, response: &Response) -> bool {
    scene.amendable && (response.secondary_clicked() || (!scene.replay && response.clicked()))
}

/// The small window over a marked phrase, with the way to say that it does not count; whether it is open. `asked` is
/// the phrase that was clicked now.
fn mark_ui(scene: &Scene<'_>, response: &Response, asked: Option<&Hit>, out: &mut Vec<Command>) -> bool {
    let id = response.id.with("mark");
    if let Some(hit) = asked {
        response.ctx.data_mut(|data| data.insert_temp(id, hit.span));
    }
    let known: Option<Span> = response.ctx.data(|data| data.get_temp(id));
    let is_it = |hit: &&Hit| Some(hit.span) == known && !scene.timeline.is_aside(hit);
    let Some(hit) = scene.timeline.hits.iter().find(is_it) else { return false };
    let Some(flag) = scene.timeline.flag_of(hit) else { return false };
    let shown = Popup::from_response(response)
        .id(id)
        .open_memory(asked.map(|_| SetOpenCommand::Bool(true)))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .at_pointer_fixed()
        .gap(2.0 * GRID)
        .show(|ui| {
            about_ui(ui, scene, hit, false);
            ui.add_space(GRID / 2.0);
            let before = out.len();
            let command = Command::Amend(Amendment::Dismiss { flag: flag.id });
            button::command_ui(ui, scene.words, &command, Look::Plain, true, out);
            if out.len() > before {
                ui.close();
            }
        });
    shown.is_some()
}

/// Why a phrase is marked, and what to say instead; with a `hint` how to say that it does not count.
fn about_ui(ui: &mut Ui, scene: &Scene<'_>, hit: &Hit, hint: bool) {
    let tokens = Tokens::of(ui);
    ui.set_max_width(360.0);
    ui.label(RichText::new(&hit.reason).font(theme::font(BODY)));
    if !hit.suggestion.is_empty() {
        ui.label(RichText::new(scene.words.tr("feed.instead")).font(theme::font(SMALL)).color(tokens.quiet));
        ui.label(RichText::new(&hit.suggestion).font(theme::bold(BODY)).color(tokens.good));
    }
    let why = hit_reason(hit, scene.words.locale().code());
    ui.label(RichText::new(why).font(theme::font(SMALL)).color(tokens.quiet));
    if hint && scene.amendable {
        let key = if scene.replay { "live.dismiss_by_right_click" } else { "live.dismiss_by_click" };
        ui.label(RichText::new(scene.words.tr(key)).font(theme::font(SMALL)).color(tokens.quiet));
    }
}

fn word_at(galley: &egui::Galley, words: &[(usize, SampleTime)], origin: Pos2, pointer: Pos2) -> Option<SampleTime> {
    // The cursor snaps to the nearest gap; half a character back it names the character that was hit.
    let half = vec2(BODY / 2.0, 0.0);
    let index = galley.cursor_from_pos(pointer - origin - half).index.0;
    let place = words.partition_point(|(first, _)| *first <= index);
    words.get(place.checked_sub(1)?).map(|(_, start)| *start)
}

fn is_current(paragraph: &Paragraph<'_>, now: SampleTime) -> bool {
    paragraph.start <= now && paragraph.segments.last().is_some_and(|segment| now < segment.span.end)
}

/// Brings the paragraph that is spoken into view, once it has left it.
fn follow(ui: &Ui, rect: Rect) {
    let seen = ui.clip_rect();
    // Half a line of tolerance: a paragraph that fits exactly must not be asked for again and again.
    let (top, bottom) = (rect.top() + LINE / 2.0, rect.bottom().min(rect.top() + 2.0 * LINE) - LINE / 2.0);
    if top < seen.top() || bottom > seen.bottom() {
        ui.scroll_to_rect_animation(rect, Some(Align::Center), egui::style::ScrollAnimation::none());
    }
}
