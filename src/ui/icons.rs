//! Icons, drawn with lines in the colour of their text: sharp at every scale, and no font can lack them.

use egui::{Color32, CornerRadius, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, Vec2, pos2, vec2};
use std::f32::consts::TAU;

/// Something an icon stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Icon {
    Play,
    Pause,
    Stop,
    Record,
    Microphone,
    Speaker,
    SpeakerOff,
    Check,
    Watch,
    Bad,
    Info,
    List,
    Gear,
    Screen,
    Wave,
    Globe,
    Moon,
    Sun,
    Trash,
    More,
    Repair,
    Back,
    Cross,
    Refresh,
    Arrow,
    Plus,
    Minus,
    Demo,
    Text,
    Lock,
    Book,
    Pencil,
}

/// Draws `icon` in the middle of `rect`, as large as its smaller side.
pub fn paint(painter: &Painter, icon: Icon, rect: Rect, color: Color32) {
    let side = rect.width().min(rect.height());
    let pen = Pen { painter, center: rect.center(), unit: side / 24.0, color, stroke: Stroke::new(side / 12.0, color) };
    match icon {
        Icon::Play => pen.polygon(&[(-6.0, -8.5), (9.0, 0.0), (-6.0, 8.5)]),
        Icon::Pause => {
            pen.block(-7.5, -8.0, -2.0, 8.0, 1.5);
            pen.block(2.0, -8.0, 7.5, 8.0, 1.5);
        }
        Icon::Stop => pen.block(-7.5, -7.5, 7.5, 7.5, 2.0),
        Icon::Record => pen.disc(0.0, 0.0, 7.0),
        Icon::Check => pen.line(&[(-7.5, 0.5), (-2.5, 6.0), (8.0, -6.0)]),
        Icon::Cross => {
            pen.line(&[(-6.5, -6.5), (6.5, 6.5)]);
            pen.line(&[(-6.5, 6.5), (6.5, -6.5)]);
        }
        Icon::Back => {
            pen.line(&[(8.5, 0.0), (-8.0, 0.0)]);
            pen.line(&[(-1.5, -7.0), (-8.5, 0.0), (-1.5, 7.0)]);
        }
        Icon::Arrow => {
            pen.line(&[(-8.5, 0.0), (8.0, 0.0)]);
            pen.line(&[(2.0, -6.0), (8.5, 0.0), (2.0, 6.0)]);
        }
        Icon::Plus => {
            pen.line(&[(-7.0, 0.0), (7.0, 0.0)]);
            pen.line(&[(0.0, -7.0), (0.0, 7.0)]);
        }
        Icon::Minus => pen.line(&[(-7.0, 0.0), (7.0, 0.0)]),
        Icon::Watch | Icon::Bad | Icon::Info => pen.sign(icon),
        Icon::Microphone | Icon::Speaker | Icon::SpeakerOff | Icon::Wave | Icon::Demo => pen.sound(icon),
        Icon::List | Icon::Gear | Icon::Screen | Icon::Globe | Icon::Moon | Icon::Sun | Icon::Text | Icon::Book => {
            pen.place(icon)
        }
        Icon::Trash | Icon::More | Icon::Repair | Icon::Refresh | Icon::Lock | Icon::Pencil => pen.tool(icon),
    }
}

/// A painter in units of 1/24 of the icon's side.
struct Pen<'a> {
    painter: &'a Painter,
    center: Pos2,
    unit: f32,
    color: Color32,
    stroke: Stroke,
}

impl Pen<'_> {
    fn at(&self, (x, y): (f32, f32)) -> Pos2 {
        self.center + vec2(x, y) * self.unit
    }

    fn line(&self, points: &[(f32, f32)]) {
        self.painter.add(Shape::line(points.iter().map(|&point| self.at(point)).collect(), self.stroke));
    }

    fn outline(&self, points: &[(f32, f32)]) {
        self.painter.add(Shape::closed_line(points.iter().map(|&point| self.at(point)).collect(), self.stroke));
    }

    fn polygon(&self, points: &[(f32, f32)]) {
        let points = points.iter().map(|&point| self.at(point)).collect();
        self.painter.add(Shape::convex_polygon(points, self.color, Stroke::NONE));
    }

    fn disc(&self, x: f32, y: f32, radius: f32) {
        self.painter.circle_filled(self.at((x, y)), radius * self.unit, self.color);
    }

    fn ring(&self, x: f32, y: f32, radius: f32) {
        self.painter.circle_stroke(self.at((x, y)), radius * self.unit, self.stroke);
    }

    /// An arc from `from` to `to` turns, clockwise from the right.
    fn arc(&self, x: f32, y: f32, radius: f32, from: f32, to: f32) {
        let points = (0..=16).map(|step| {
            let angle = (from + (to - from) * step as f32 / 16.0) * TAU;
            self.at((x + radius * angle.cos(), y + radius * angle.sin()))
        });
        self.painter.add(Shape::line(points.collect(), self.stroke));
    }

    fn rect(&self, x0: f32, y0: f32, x1: f32, y1: f32) -> Rect {
        Rect::from_min_max(self.at((x0, y0)), self.at((x1, y1)))
    }

    fn radius(&self, radius: f32) -> CornerRadius {
        CornerRadius::same((radius * self.unit).round().clamp(0.0, 255.0) as u8)
    }

    fn block(&self, x0: f32, y0: f32, x1: f32, y1: f32, radius: f32) {
        self.painter.rect_filled(self.rect(x0, y0, x1, y1), self.radius(radius), self.color);
    }

    fn frame(&self, x0: f32, y0: f32, x1: f32, y1: f32, radius: f32) {
        self.painter.rect_stroke(self.rect(x0, y0, x1, y1), self.radius(radius), self.stroke, StrokeKind::Middle);
    }

    /// A triangle for watch, an octagon for bad, a ring for information: told apart without colour.
    fn sign(&self, icon: Icon) {
        match icon {
            Icon::Watch => self.outline(&[(0.0, -9.0), (10.0, 8.5), (-10.0, 8.5)]),
            Icon::Bad => {
                let corner = |step: usize| {
                    let angle = (step as f32 + 0.5) / 8.0 * TAU;
                    (10.0 * angle.cos(), 10.0 * angle.sin())
                };
                self.outline(&(0..8).map(corner).collect::<Vec<_>>());
            }
            _ => self.ring(0.0, 0.0, 9.5),
        }
        match icon {
            Icon::Info => {
                self.disc(0.0, -4.5, 1.4);
                self.line(&[(0.0, -0.5), (0.0, 5.5)]);
            }
            Icon::Watch => {
                self.line(&[(0.0, -3.0), (0.0, 2.5)]);
                self.disc(0.0, 5.6, 1.3);
            }
            _ => {
                self.line(&[(0.0, -5.0), (0.0, 1.2)]);
                self.disc(0.0, 5.0, 1.4);
            }
        }
    }

    fn sound(&self, icon: Icon) {
        match icon {
            Icon::Microphone => {
                self.frame(-3.5, -10.0, 3.5, 2.5, 3.5);
                self.arc(0.0, -1.0, 7.5, 0.0, 0.5);
                self.line(&[(0.0, 6.5), (0.0, 10.0)]);
                self.line(&[(-4.0, 10.0), (4.0, 10.0)]);
            }
            Icon::Wave => {
                for (x, height) in [(-9.0, 3.0), (-4.5, 7.0), (0.0, 10.0), (4.5, 6.0), (9.0, 2.5)] {
                    self.line(&[(x, -height), (x, height)]);
                }
            }
            Icon::Demo => {
                self.ring(0.0, 0.0, 9.5);
                self.polygon(&[(-3.0, -4.5), (5.0, 0.0), (-3.0, 4.5)]);
            }
            _ => {
                self.outline(&[(-9.5, -3.5), (-5.5, -3.5), (0.0, -8.5), (0.0, 8.5), (-5.5, 3.5), (-9.5, 3.5)]);
                if icon == Icon::Speaker {
                    self.arc(0.0, 0.0, 5.0, -0.12, 0.12);
                    self.arc(0.0, 0.0, 9.5, -0.13, 0.13);
                } else {
                    self.line(&[(4.0, -3.5), (10.5, 3.5)]);
                    self.line(&[(4.0, 3.5), (10.5, -3.5)]);
                }
            }
        }
    }

    fn place(&self, icon: Icon) {
        match icon {
            Icon::List => {
                for y in [-7.0, 0.0, 7.0] {
                    self.disc(-8.5, y, 1.4);
                    self.line(&[(-4.0, y), (9.5, y)]);
                }
            }
            Icon::Text => {
                self.line(&[(-9.0, -6.5), (9.0, -6.5)]);
                self.line(&[(-9.0, 0.0), (9.0, 0.0)]);
                self.line(&[(-9.0, 6.5), (2.0, 6.5)]);
            }
            Icon::Book => {
                // Open, seen from the front, with its lines.
                for side in [-1.0, 1.0] {
                    let at = |x: f32, y: f32| (side * x, y);
                    self.outline(&[
                        at(0.0, -5.5),
                        at(4.5, -8.0),
                        at(10.0, -8.0),
                        at(10.0, 6.5),
                        at(4.5, 6.5),
                        at(0.0, 9.0),
                    ]);
                    self.line(&[at(4.0, -3.0), at(7.0, -3.0)]);
                    self.line(&[at(4.0, 1.5), at(7.0, 1.5)]);
                }
            }
            Icon::Gear => {
                self.ring(0.0, 0.0, 3.5);
                let wheel = |step: usize| {
                    let angle = (step as f32 - 0.5) / 32.0 * TAU;
                    let radius = if step % 4 < 2 { 10.5 } else { 7.8 };
                    (radius * angle.cos(), radius * angle.sin())
                };
                self.outline(&(0..32).map(wheel).collect::<Vec<_>>());
            }
            Icon::Screen => {
                self.frame(-10.0, -8.0, 10.0, 5.5, 2.0);
                self.line(&[(0.0, 5.5), (0.0, 9.5)]);
                self.line(&[(-5.0, 9.5), (5.0, 9.5)]);
            }
            Icon::Globe => {
                self.ring(0.0, 0.0, 9.5);
                self.painter.add(Shape::ellipse_stroke(self.center, Vec2::new(4.2, 9.5) * self.unit, self.stroke));
                self.line(&[(-9.5, 0.0), (9.5, 0.0)]);
            }
            Icon::Moon => {
                self.arc(0.0, 0.0, 9.0, 0.06, 0.78);
                self.arc(4.7, -4.9, 7.6, 0.245, 0.594);
            }
            _ => {
                self.ring(0.0, 0.0, 4.2);
                for step in 0..8 {
                    let angle = step as f32 / 8.0 * TAU;
                    let (x, y) = (angle.cos(), angle.sin());
                    self.line(&[(7.3 * x, 7.3 * y), (10.2 * x, 10.2 * y)]);
                }
            }
        }
    }

    fn tool(&self, icon: Icon) {
        match icon {
            Icon::Trash => {
                self.line(&[(-9.0, -6.0), (9.0, -6.0)]);
                self.line(&[(-3.0, -6.0), (-3.0, -9.5), (3.0, -9.5), (3.0, -6.0)]);
                self.line(&[(-6.5, -6.0), (-5.5, 9.5), (5.5, 9.5), (6.5, -6.0)]);
            }
            Icon::More => {
                for x in [-7.5, 0.0, 7.5] {
                    self.disc(x, 0.0, 1.8);
                }
            }
            Icon::Repair => {
                self.line(&[(-9.0, 9.0), (1.5, -1.5)]);
                self.arc(4.5, -4.5, 5.0, 0.0, 0.75);
            }
            Icon::Pencil => {
                self.outline(&[(-9.0, 9.0), (-7.5, 3.0), (5.0, -9.5), (9.5, -5.0), (-3.0, 7.5)]);
                self.line(&[(1.8, -6.3), (6.3, -1.8)]);
            }
            Icon::Lock => {
                self.frame(-7.5, -1.5, 7.5, 9.5, 2.0);
                self.arc(0.0, -3.5, 4.8, 0.5, 1.0);
                self.line(&[(-4.8, -3.5), (-4.8, -1.5)]);
                self.line(&[(4.8, -3.5), (4.8, -1.5)]);
            }
            _ => {
                self.arc(0.0, 0.0, 8.5, 0.04, 0.80);
                self.polygon(&[(1.5, -12.5), (8.0, -8.0), (1.5, -3.5)]);
            }
        }
    }
}

/// Position in the middle left of `rect`, `inset` points from its edge.
pub fn left_square(rect: Rect, side: f32, inset: f32) -> Rect {
    Rect::from_center_size(pos2(rect.left() + inset + side / 2.0, rect.center().y), Vec2::splat(side))
}
