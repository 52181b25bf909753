//! Guards against invention: a recogniser that hears nothing tends to say something it has often read.

use super::TextJob;
use crate::script::is_han;
use crate::session::event::Word;

/// Subtitle credits and farewells of the videos that whisper learned from; never said by an agent in these words.
const PHANTOMS: [&str; 17] = [
    "请不吝点赞",
    "打赏支持",
    "订阅转发",
    "作词作曲",
    // The words before every window, given back.
    "普通话的句子",
    "客服通话的句子",
    "明镜与点点",
    "字幕由",
    "字幕提供",
    "字幕制作",
    "字幕志愿者",
    "中文字幕",
    "amaraorg",
    "优优独播剧场",
    "yoyotelevision",
    "subtitlesby",
    "thankyouforwatching",
];
/// Phantoms only when they are all that was heard.
const LONE_PHANTOMS: [&str; 6] = ["谢谢观看", "感谢观看", "谢谢大家", "谢谢收看", "多谢观看", "thanksforwatching"];
/// Nobody speaks more syllables a second; a window that has more is a loop.
const MOST_PER_SECOND: f64 = 11.0;
/// Syllables a second of speech above which a sentence that is there twice was said once: nobody repeats a whole
/// sentence faster than 390 syllables a minute.
const MOST_PER_SECOND_REPEATED: f64 = 6.5;
/// Words of the shortest repetition that is looked at so.
const LEAST_REPEATED: usize = 6;
/// Mean log probability below which the model has only guessed, as it does at keys and music; of real speech, what it
/// writes so is wrong nearly throughout.
const LEAST_MEAN_LOG_P: f32 = -1.0;
/// A repetition that fills this share of a window, …
const LOOP_SHARE: f64 = 0.6;
/// … by so many times one word, or so many times several, is none that a person says.
const LOOP_OF_ONE: usize = 8;
const LOOP_OF_SEVERAL: usize = 6;
/// Fewer times are enough where the sound has far fewer nuclei than there are syllables written, and where the model is
/// not sure: what people repeat (可以可以可以) is heard well.
const LOOP_DOUBTED: usize = 3;
const LOOP_OF_ONE_DOUBTED: usize = 5;
const LOOP_MEAN_LOG_P: f32 = -0.4;
const WRITTEN_PER_NUCLEUS: f64 = 1.5;
/// A shorter repetition says nothing, words.
const SHORTEST_LOOP: usize = 5;
/// The longest repetition that is looked for, words.
const LONGEST_REPEATED: usize = 12;
/// Mean probability below which a window with little speech is a guess.
const LEAST_MEAN_P: f32 = 0.28;

/// Only letters, digits and Han characters, in lower case.
fn bare(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether a hearing is nothing that anybody said: a guess, or one thing again and again. The model does both at typing,
/// music and noise, where speech detection can take them for a voice.
pub fn is_invented(job: &TextJob, words: &[Word], mean_log_p: f32) -> bool {
    if words.is_empty() || mean_log_p < LEAST_MEAN_LOG_P {
        return true;
    }
    let bare: Vec<String> = words.iter().map(|word| bare(&word.text)).filter(|word| !word.is_empty()).collect();
    let much = !job.nuclei.is_empty() && units(words) as f64 > job.nuclei.len() as f64 * WRITTEN_PER_NUCLEUS;
    let doubted = much || mean_log_p < LOOP_MEAN_LOG_P;
    (1..=LONGEST_REPEATED).any(|length| {
        let times = match (length, doubted) {
            (1, true) => LOOP_OF_ONE_DOUBTED,
            (1, false) => LOOP_OF_ONE,
            (_, true) => LOOP_DOUBTED,
            (_, false) => LOOP_OF_SEVERAL,
        };
        let least = length * times;
        let longest = longest_repetition(&bare, length);
        longest >= least.max(SHORTEST_LOOP) && longest as f64 >= bare.len() as f64 * LOOP_SHARE
    })
}

/// Words in the longest stretch that repeats its first `length` words to its end; 0 where nothing does.
fn longest_repetition(words: &[String], length: usize) -> usize {
    let (mut longest, mut run) = (0, 0);
    for at in length..words.len() {
        run = if words[at] == words[at - length] { run + 1 } else { 0 };
        if run > 0 {
            longest = longest.max(run + length);
        }
    }
    longest
}

/// Removes what cannot have been said in the window.
pub fn keep_what_was_said(job: &TextJob, mut words: Vec<Word>, no_speech_p: f32) -> Vec<Word> {
    cut_loops(&mut words);
    let text = bare(&words.iter().map(|word| word.text.as_str()).collect::<String>());
    if text.is_empty() || PHANTOMS.iter().any(|phantom| text.contains(phantom)) {
        return Vec::new();
    }
    if LONE_PHANTOMS.contains(&text.as_str()) && job.speech_s() < 3.0 {
        let mean = mean_p(&words);
        if mean < 0.75 || no_speech_p > 0.3 {
            return Vec::new();
        }
    }
    let mean = mean_p(&words);
    if mean < LEAST_MEAN_P || (no_speech_p > 0.7 && mean < 0.5) {
        return Vec::new();
    }
    let most = (job.speech_s() * MOST_PER_SECOND).ceil() as usize + 3;
    let mut said = 0;
    let keep = words.iter().take_while(|word| {
        said += units_of(word);
        said <= most
    });
    let keep = keep.count();
    words.truncate(keep);
    words
}

/// Syllables of Mandarin and words of anything else.
pub fn units(words: &[Word]) -> usize {
    words.iter().map(units_of).sum()
}

fn units_of(word: &Word) -> usize {
    word.text.chars().filter(|&c| is_han(c)).count().max(1)
}

/// Cuts a sentence that the model wrote again in the silence behind it; whether there was one. The second writing may
/// be broken off. A person who really says a sentence twice needs twice the time.
pub fn cut_repetition(words: &mut Vec<Word>, speech_s: f64) -> bool {
    if (units(words) as f64) < speech_s * MOST_PER_SECOND_REPEATED {
        return false;
    }
    let bare: Vec<String> = words.iter().map(|word| bare(&word.text)).collect();
    let is_repeated_from = |at: usize| {
        let tail = &bare[at..];
        tail.len() >= LEAST_REPEATED && tail.len() <= at && bare.starts_with(tail)
    };
    let Some(at) = (LEAST_REPEATED..bare.len()).find(|&at| is_repeated_from(at)) else { return false };
    words.truncate(at);
    true
}

fn mean_p(words: &[Word]) -> f32 {
    words.iter().map(|word| word.p).sum::<f32>() / words.len().max(1) as f32
}

/// Cuts repetitions: the same 1 … 12 words four times in a row or more are kept twice (对对 is speech, ten are not).
fn cut_loops(words: &mut Vec<Word>) {
    for length in 1..=12 {
        let least = if length == 1 { 6 } else { 4 };
        let mut start = 0;
        while start + length * least <= words.len() {
            let same = |a: usize, b: usize| bare(&words[a].text) == bare(&words[b].text);
            let mut end = start + length;
            while end < words.len() && same(end, end - length) {
                end += 1;
            }
            if (end - start) / length >= least {
                words.drain(start + 2 * length..end);
            }
            start += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Span;

    fn words(text: &str, p: f32) -> Vec<Word> {
        text.chars().map(|c| Word { span: Span::default(), text: c.to_string(), p }).collect()
    }

    fn said(text: &str, p: f32, speech_s: f64) -> String {
        keep_what_was_said(&TextJob::of_speech(speech_s), words(text, p), 0.1)
            .into_iter()
            .map(|word| word.text)
            .collect()
    }

    #[test]
    fn a_guess_and_one_thing_again_and_again_are_nothing_that_was_said() {
        let mut job = TextJob::of_speech(4.0);
        let invented = |text: &str, log_p: f32, job: &TextJob| is_invented(job, &words(text, 0.8), log_p);
        assert!(invented("这次的画面", -1.6, &job), "a guess");
        assert!(invented("请问问问问问问问问问", -0.2, &job));
        assert!(invented("课程课程课程", -0.5, &job), "of which the model is not sure");
        assert!(!invented("可以可以可以", -0.2, &job));
        assert!(invented("我做得很好我做得很好我做得很好我做得很好我做得很好我做得很好", -0.2, &job));
        for said in ["对对对对对", "可以可以可以可以", "没有没有没有", "您好请问有什么可以帮您"]
        {
            assert!(!invented(said, -0.3, &job), "{said}");
        }
        // Eight syllables were written where two were spoken.
        job.nuclei = vec![crate::time::SampleTime(8000), crate::time::SampleTime(16000)];
        assert!(invented("作词作曲作曲作曲", -0.3, &job));
        job.nuclei = (0..6).map(|nucleus| crate::time::SampleTime(8000 * nucleus)).collect();
        assert!(!invented("没有没有没有", -0.3, &job));
    }

    #[test]
    fn phantom_sentences_never_show() {
        assert_eq!(said("请不吝点赞订阅转发打赏支持明镜与点点栏目", 0.9, 6.0), "");
        assert_eq!(said("作词・作曲・编曲", 0.9, 3.0), "");
        assert_eq!(said("这段客服通话的句子。", 0.9, 3.0), "");
        assert_eq!(said("谢谢观看", 0.4, 1.0), "");
        assert_eq!(said("谢谢大家", 0.9, 1.0), "谢谢大家");
    }

    #[test]
    fn loops_are_cut_and_emphasis_is_kept() {
        assert_eq!(said("我我我我我我我我我我知道", 0.9, 9.0), "我我知道");
        assert_eq!(said("对对对好的", 0.9, 3.0), "对对对好的");
        assert_eq!(said(&"没有问题".repeat(8), 0.9, 9.0), "没有问题没有问题");
    }

    #[test]
    fn a_sentence_written_again_in_the_silence_is_cut_and_one_said_twice_is_kept() {
        let twice = "我帮您查询一下订单的状态我帮您查询一下订单的";
        let mut heard = words(twice, 0.9);
        assert!(cut_repetition(&mut heard, 2.5));
        assert_eq!(heard.len(), 12);
        let mut heard = words(twice, 0.9);
        assert!(!cut_repetition(&mut heard, 5.0));
        let mut heard = words("您好我们今天先来看一下保险的理赔", 0.9);
        assert!(!cut_repetition(&mut heard, 1.9));
    }

    #[test]
    fn more_than_anyone_can_say_is_cut() {
        let long: String = ('一'..'万').take(100).collect();
        assert!(said(&long, 0.9, 1.0).chars().count() <= 14);
    }
}
