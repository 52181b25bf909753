#!/usr/bin/env python3
"""Make the two interface fonts of Voice Mirror from Noto Sans CJK.

    python3 scripts/build_fonts.py --source-dir DIR [--out assets/fonts]

Needs: Python 3.9+, fontTools 4.40 or later (`pip install fonttools`) and the
two collections NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc in DIR. On
Debian and Ubuntu the package `fonts-noto-cjk` has them (and names the folder:
`dpkg -L fonts-noto-cjk`); the `NotoSansCJK-*.ttc` of the Noto CJK releases do
as well.

For each weight it takes the Simplified Chinese face out of the collection,
keeps the characters listed below, drops hinting, vertical metrics, glyph names
and the layout features the interface has no use for, names the result "Noto
Sans SC" and writes one plain OpenType file with CFF outlines. The digits of
Noto Sans CJK all have the same width, so figures line up without a `tnum`
feature (the font has none); the script checks that and fails if it is not so.

The output depends only on the source files and the fontTools version: time
stamps are copied from the source.
"""

import argparse
import sys
from pathlib import Path

# Characters of the Table of General Standard Chinese Characters (2013), levels
# 1 and 2 (6 500 characters, everyday and publishing use), which GB2312 lacks.
# From the field kTGH of the Unicode Han database.
TGH_NOT_IN_GB2312 = (
    "啰瞭乂丏夬匜厾玕玙抔抃㧐芼旸吽牤沚沨纴玡玭玠玥玦拤劼拃㧟茓茀杻旻昉呣䏝𬉼炘㤘祎祇垱挦剋柈𠳐眊峣郤饸饹疭竑闿羑浕恓牁"
    "姮珰珣琤栟彧眬鸮䥽盉俵俶訚烜浥牂骎琇捯埵捽堉棻梿棁晞唵崚秾鸻馃阇焗惇郿欸琫琯揳塆靰靸椪雱睄嗞嵖嵎铻媭鲀颎焜湜湲湉愔祾"
    "翚瑄蒟楯跶跐嗐锜鹐亶瘆滫滃滪窣璈叆摽榖靺靿僰豨䁖嘡嘚箓魆粿熥嫚奭鋆瞋颙踒𥻗熜潟褟璟璠璘縠嚄螠䦃镚镠膙獴赟澥窸璪鞡鞬罽"
    "鳀鞨鞧藠蹚鹮霨蹽蹾齁㸆巉镴臜瓘镵齉"
)

# Letters with tone marks used in Hanyu Pinyin, with the IPA-like variants.
PINYIN = "āáǎàēéěèīíǐìōóǒòūúǔùǖǘǚǜüêḿńňǹɑɡĀÁǍÀĒÉĚÈĪÍǏÌŌÓǑÒŪÚǓÙǕǗǙǛÜ"

# Traditional forms likely to appear in names and a few everyday characters
# outside the lists above.
EXTRA_HAN = "嗯诶欸喔囧犇淼焱燊喆堃叕邨珺玥昇甯祎頔翀翊劢妤婳婠媄嬅祐禛臺後裏麼"

# Inclusive ranges; what the font lacks is left out.
RANGES = [
    (0x0020, 0x007E),  # ASCII
    (0x00A0, 0x00FF),  # Latin-1
    (0x02C7, 0x02CB),  # tone marks ˇ ˈ ˉ ˊ ˋ
    (0x02D9, 0x02D9),  # neutral tone ˙
    (0x0391, 0x03C9),  # Greek
    (0x2010, 0x2044),  # general punctuation
    (0x20AC, 0x20AC),  # €
    (0x2103, 0x2103),  # ℃
    (0x2116, 0x2116),  # №
    (0x2121, 0x2122),  # ℡ ™
    (0x2150, 0x217F),  # fractions, Roman numerals
    (0x2190, 0x21FF),  # arrows
    (0x2200, 0x22FF),  # mathematical operators
    (0x2300, 0x23FF),  # technical
    (0x2460, 0x24FF),  # enclosed numbers
    (0x2500, 0x259F),  # box drawing, blocks
    (0x25A0, 0x25FF),  # geometric shapes
    (0x2600, 0x27BF),  # symbols, dingbats
    (0x2B00, 0x2BFF),  # more arrows and shapes
    (0x3000, 0x303F),  # CJK punctuation
    (0x3105, 0x312F),  # bopomofo
    (0x3220, 0x3229),  # ㈠…
    (0x3380, 0x33DF),  # square units
    (0xFE10, 0xFE1F),
    (0xFE30, 0xFE4F),
    (0xFF01, 0xFF5E),  # full-width forms
    (0xFFE0, 0xFFE6),
    (0xFFFD, 0xFFFD),
]

# Layout features kept: composition of accents and kerning of Latin text. Not
# `locl`, which would bring in the Japanese, Korean and Taiwan forms (6 000
# more glyphs).
FEATURES = ["ccmp", "mark", "kern"]

WEIGHTS = ["Regular", "Bold"]
FACE = "Noto Sans CJK SC"
FAMILY = "Noto Sans SC"


def gb2312_han():
    """The 6 763 hanzi of GB2312, from Python's own codec."""
    out = set()
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            try:
                out.add(bytes([row, cell]).decode("gb2312"))
            except UnicodeDecodeError:
                pass
    return out


def gb2312_symbols():
    """The non-Chinese rows of GB2312, except kana and Cyrillic."""
    out = set()
    for row in (0xA1, 0xA2, 0xA3, 0xA6, 0xA8, 0xA9):
        for cell in range(0xA1, 0xFF):
            try:
                out.add(bytes([row, cell]).decode("gb2312"))
            except UnicodeDecodeError:
                pass
    return out


def wanted():
    chars = gb2312_han() | gb2312_symbols()
    chars |= set(TGH_NOT_IN_GB2312) | set(PINYIN) | set(EXTRA_HAN)
    for first, last in RANGES:
        chars |= {chr(c) for c in range(first, last + 1)}
    return chars


def sc_face(path, ttlib):
    """The Simplified Chinese proportional face of a collection, or the file itself."""
    if path.suffix.lower() not in (".ttc", ".otc"):
        return ttlib.TTFont(path, recalcTimestamp=False)
    collection = ttlib.TTCollection(path)
    count = len(collection.fonts)
    collection.close()
    for number in range(count):
        font = ttlib.TTFont(path, fontNumber=number, recalcTimestamp=False)
        names = {font["name"].getDebugName(1), font["name"].getDebugName(16)}
        if any(n and n.startswith(FACE) for n in names):
            return font
        font.close()
    raise SystemExit(f"{path.name}: no face named {FACE}")


def rename(font, weight):
    """Name the subset 'Noto Sans SC', keep copyright and licence."""
    name = font["name"]
    version = name.getDebugName(5)
    keep = {i: name.getDebugName(i) for i in (0, 7, 8, 9, 10, 11, 12, 13, 14)}
    ps = f"NotoSansSC-{weight}"
    name.names = []
    values = dict(keep)
    values.update({1: FAMILY, 2: weight, 3: f"{version.split(';')[0]};{ps};subset",
                   4: f"{FAMILY} {weight}" if weight != "Regular" else FAMILY,
                   5: version, 6: ps})
    for name_id, text in sorted(values.items()):
        if text:
            name.setName(text, name_id, 3, 1, 0x409)
    cff = font["CFF "].cff
    old = cff.fontNames[0]
    cff.fontNames[0] = ps
    top = cff[ps]
    top.FullName = values[4]
    top.FamilyName = FAMILY
    for fd in getattr(top, "FDArray", []):
        if getattr(fd, "FontName", None):
            fd.FontName = fd.FontName.replace(old, ps)


def build(source, weight, out, ttlib, subset):
    font = sc_face(source, ttlib)
    cmap = font.getBestCmap()
    unicodes = sorted(ord(c) for c in wanted() if ord(c) in cmap)

    digit_widths = {font["hmtx"][cmap[ord(d)]][0] for d in "0123456789"}
    if len(digit_widths) != 1:
        raise SystemExit(f"{source.name}: digits are not all of one width: {digit_widths}")

    options = subset.Options()
    options.hinting = False
    options.desubroutinize = False
    options.layout_features = FEATURES
    options.name_IDs = ["*"]
    options.name_languages = ["*"]
    options.name_legacy = False
    options.glyph_names = False
    options.notdef_outline = True
    options.recalc_bounds = False
    options.recalc_timestamp = False
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "DSIG"]
    tool = subset.Subsetter(options)
    tool.populate(unicodes=unicodes)
    tool.subset(font)
    rename(font, weight)
    target = out / f"NotoSansSC-{weight}.otf"
    font.save(target)
    han = sum(1 for u in unicodes if 0x3400 <= u <= 0x9FFF or u > 0x20000)
    print(f"{target.name}: {target.stat().st_size / 1e6:.2f} MB, "
          f"{len(unicodes)} characters ({han} hanzi), {font['maxp'].numGlyphs} glyphs")
    missing = [c for c in sorted(gb2312_han() | set(TGH_NOT_IN_GB2312) | set(PINYIN)) if ord(c) not in cmap]
    if missing:
        print("  not in the source font:", "".join(missing))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--source-dir", type=Path, required=True,
                    help="folder with NotoSansCJK-Regular.ttc and NotoSansCJK-Bold.ttc")
    ap.add_argument("--out", type=Path, default=Path(__file__).resolve().parent.parent / "assets" / "fonts",
                    help="where to write (default: assets/fonts of this project)")
    ap.add_argument("--weights", nargs="+", default=WEIGHTS, help="default: Regular Bold")
    args = ap.parse_args()
    try:
        from fontTools import subset, ttLib
    except ImportError:
        raise SystemExit("needs fontTools: pip install fonttools")
    args.out.mkdir(parents=True, exist_ok=True)
    for weight in args.weights:
        for pattern in (f"NotoSansCJK-{weight}.ttc", f"NotoSansCJKsc-{weight}.otf", f"NotoSansSC-{weight}.otf"):
            source = args.source_dir / pattern
            if source.is_file():
                break
        else:
            raise SystemExit(f"no NotoSansCJK-{weight}.ttc in {args.source_dir}")
        build(source, weight, args.out, ttLib, subset)


if __name__ == "__main__":
    sys.exit(main())
