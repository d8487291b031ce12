"""Reading wishes out of free text."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.entities import Employment, Language, PayBasis, Shift
from matcher.errors import ConfigurationError
from matcher.features.reading import (
    Wishes,
    common_names,
    mentioned_licences,
    mentioned_occupations,
    read_lexicon,
    read_wishes,
)
from matcher.reference import Reference

FOLDER = Path(__file__).parents[2] / "data" / "reference"
REFERENCE = Reference.load(FOLDER)
LEXICON = read_lexicon(FOLDER)
SPACE = st.text(" \t\r\n\u3000\u00a0", max_size=4)
WORDS = [
    *("月薪", "時薪", "三萬", "五", "千", "百", "十", "零", ",", ".", "3", "35", "000", "k", " "),
    *("-", "到", "元", "/小時", "一個月", "年", "經驗", "半", "不", "夜班", "新興", "前鎮", "、"),
    *("區", "堆高機", "ribu", "หมื่น", "nt$", "speak", "thai"),
]
DIGITS = "零一二三四五六七八九"


def read(text: str) -> Wishes:
    return read_wishes(text, lexicon=LEXICON, reference=REFERENCE)


@pytest.mark.parametrize(
    "text",
    [
        "會開堆高機，想找前鎮的倉庫日班，月薪三萬五",
        "会开堆高机，想找前镇的仓库日班，月薪3万5",
        "I can drive a forklift, looking for warehouse day shift work in Qianzhen, 35k a month",
        "Có bằng lái xe nâng, tìm việc kho ở Tiền Trấn (Qianzhen), ca ngày, lương 35.000/tháng",
        "bisa mengemudikan forklift, mencari kerja gudang shift pagi di Qianzhen,"
        " gaji 35 ribu sebulan",
        "ขับโฟล์คลิฟท์ได้ หางานคลังสินค้า กะกลางวัน ย่านเฉียนเจิ้น เงินเดือน 35,000",
    ],
)
def test_one_wish_in_six_ways_of_writing_reads_the_same(text: str) -> None:
    assert read(text) == Wishes(
        districts=("806",),
        shifts=Shift.DAY,
        pay=35_000,
        pay_basis=PayBasis.MONTH,
        licences=("forklift",),
    )


@pytest.mark.parametrize(
    "text",
    [
        "不要夜班",
        "不想做夜班或輪班",
        "免輪班、無夜班",
        "夜班不考慮",
        "大夜班也不要，不會開堆高機",
        "沒有汽車駕照",
        "除了前鎮",
        "no night shift",
        "I don't have a car licence",
        "cannot drive a forklift",
        "không làm ca đêm",
        "chưa có bằng lái xe nâng",
        "tidak mau shift malam",
        "ไม่ทำกะดึก",
    ],
)
def test_what_a_text_denies_is_not_read(text: str) -> None:
    assert read(text) == Wishes()


@pytest.mark.parametrize(
    ("text", "shifts"),
    [
        ("不要夜班，日班可", Shift.DAY),
        ("不要夜班想找日班", Shift.DAY),
        ("日班不要夜班", Shift.DAY),
        ("不要小夜 日班可", Shift.DAY),
        ("不排斥輪班", Shift.ROTATING),
        ("日夜班皆可", Shift.DAY | Shift.NIGHT),
        ("小夜班", Shift.EVENING),
        ("not nights but day shift", Shift.DAY),
        ("không ngại ca đêm", Shift.NIGHT),
        ("ไม่ทำกะดึก หางานกะเช้า", Shift.DAY),
        ("tidak masalah shift malam", Shift.NIGHT),
    ],
)
def test_a_denial_ends_where_its_clause_or_a_contrary_word_ends_it(
    text: str, shifts: Shift
) -> None:
    assert read(text).shifts == shifts


@pytest.mark.parametrize(
    ("text", "districts"),
    [
        ("前鎮區", ("806",)),
        ("鳳山、三民都可以", ("830", "807")),
        ("新興產業", ()),
        ("目前金額、國內門市、三民路、三民主義", ()),
        ("新興區", ("800",)),
        ("新興附近", ("800",)),
        ("住新興", ("800",)),
        ("前金、新興或苓雅", ("801", "800", "802")),
        ("前", ()),
        ("桃園市", ()),
        ("Taoyuan City", ()),
        ("Taoyuan District", ("848",)),
        ("Xiaogang or Cianjhen", ("812", "806")),
        ("Qianzhens", ()),
        ("Tien Tran", ()),
        ("Phượng Sơn", ("830",)),
    ],
)
def test_a_district_that_is_an_ordinary_word_needs_a_sign_that_a_place_is_meant(
    text: str, districts: tuple[str, ...]
) -> None:
    assert read(text).districts == districts


@pytest.mark.parametrize(
    ("text", "pay", "basis"),
    [
        ("月薪 三萬五", 35_000, PayBasis.MONTH),
        ("月薪兩萬八", 28_000, PayBasis.MONTH),
        ("薪水三萬五千", 35_000, PayBasis.MONTH),
        ("薪水一個月三萬零五百", 30_500, PayBasis.MONTH),
        ("月薪3.5萬", 35_000, PayBasis.MONTH),
        ("月薪３５，０００", 35_000, PayBasis.MONTH),
        ("月薪30,000-35,000元", 30_000, PayBasis.MONTH),
        ("三到四萬一個月", 30_000, PayBasis.MONTH),
        ("希望三萬五以上", 35_000, PayBasis.MONTH),
        ("NT$36,000", 36_000, PayBasis.MONTH),
        ("30-35k a month", 30_000, PayBasis.MONTH),
        ("เงินเดือน 3 หมื่น 5 พัน", 35_000, PayBasis.MONTH),
        ("lương 30 nghìn đến 35 nghìn một tháng", 30_000, PayBasis.MONTH),
        ("時薪200", 200, PayBasis.HOUR),
        ("200元/小時", 200, PayBasis.HOUR),
        ("兩百一小時", 200, PayBasis.HOUR),
        ("薪資 196", 196, PayBasis.HOUR),
        ("200 per jam", 200, PayBasis.HOUR),
    ],
)
def test_pay_is_read_as_people_write_it(text: str, pay: int, basis: PayBasis) -> None:
    assert (read(text).pay, read(text).pay_basis) == (pay, basis)


@pytest.mark.parametrize(
    "text",
    [
        "月薪14,999",
        "月薪300,001",
        "時薪149",
        "時薪2,001",
        "月薪200",
        "日薪1500",
        "薪資日薪1500",
        "年薪30萬",
        "0912-345-678",
        "三萬五",
        "千萬不要",
        "35 kg",
        "每月160小時",
    ],
)
def test_a_figure_that_is_no_sane_pay_by_month_or_hour_is_not_read(text: str) -> None:
    assert read(text).pay is None


def chinese(n: int) -> str:
    """A multiple of 100 from 10,000 to 99,900, written out in full."""
    thousands, hundreds = n // 1_000 % 10, n // 100 % 10
    text = f"{DIGITS[n // 10_000]}萬"
    text += f"{DIGITS[thousands]}千" if thousands else "零" if hundreds else ""
    return text + (f"{DIGITS[hundreds]}百" if hundreds else "")


@given(st.integers(150, 999).map(lambda n: n * 100))
def test_any_pay_in_hundreds_is_read_back_from_every_notation(n: int) -> None:
    notations = [chinese(n), chinese(n).replace("二", "兩"), f"{n}", f"{n:,}"]
    notations += [f"{n / 10_000:g}萬", f"{n / 1_000:g}k", f"{n:,}".replace(",", ".")]
    notations += [f"{n // 10_000}萬{n // 1000 % 10}"] * (n % 1000 == 0)
    assert {read(f"月薪{notation}").pay for notation in notations} == {n}


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("3年以上倉儲經驗", 3),
        ("做了十年", 10),
        ("工作經驗 三年", 3),
        ("一年半經驗", 1.5),
        ("半年經驗", 0.5),
        ("5 years of warehouse experience", 5),
        ("kinh nghiệm 3 năm", 3),
        ("2 tahun pengalaman", 2),
        ("ประสบการณ์ทำงาน 4 ปี", 4),
        ("沒有三年經驗", None),
        ("50年次有經驗", None),
        ("30 years old with experience", None),
        ("อายุ 30 ปี มีประสบการณ์", None),
        ("2019年", None),
    ],
)
def test_years_count_only_where_they_are_years_of_experience(
    text: str, years: float | None
) -> None:
    assert read(text).experience_years == years


def test_languages_are_those_spoken_never_an_origin() -> None:
    assert read("會說越南語、台語").languages == ("vi", "nan")
    assert read("I speak English and Vietnamese").languages == ("en", "vi")
    assert read("I am Vietnamese. Japanese restaurant").languages == ()
    assert read("không biết tiếng Nhật").languages == ()


def test_employment_is_read() -> None:
    assert read("找兼職，不要全職").employment == Employment.PART_TIME
    assert read("full-time hoặc bán thời gian").employment == (
        Employment.FULL_TIME | Employment.PART_TIME
    )
    assert read("งานไม่เต็มเวลา").employment == Employment.PART_TIME


def test_a_vacancy_text_mentions_licences_it_does_not_waive() -> None:
    text = "具堆高機證照佳，需汽機車駕照；免職業大貨車駕照。設備保全"
    assert mentioned_licences(text, lexicon=LEXICON) == ("forklift", "car", "scooter")


@pytest.mark.parametrize("language", Language)
def test_the_shown_name_of_every_licence_and_language_is_read_back(language: Language) -> None:
    for code, names in REFERENCE.licences.items():
        assert mentioned_licences(names[language], lexicon=LEXICON) == (code,), names
    for code, names in REFERENCE.languages.items():
        spoken = f"speak {names[language]}" if language == Language.EN else names[language]
        assert read(spoken).languages == (code,), names


def test_every_district_is_read_by_its_full_name_and_its_english_one() -> None:
    for code in REFERENCE.districts:
        place = REFERENCE.places[code]
        assert read(f"高雄市{place.name}").districts == (code,)
        assert read(f"{place.name_en} District").districts == (code,)


def test_the_table_holds_only_codes_that_exist() -> None:
    with (FOLDER / "lexicon.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    known = {
        "licence": set(REFERENCE.licences),
        "language": set(REFERENCE.languages),
        "careful_language": set(REFERENCE.languages),
        "district": set(REFERENCE.districts),
        "careful_district": set(REFERENCE.districts),
        "shift": {str(shift.name).lower() for shift in Shift},
        "employment": {str(kind.name).lower() for kind in Employment},
    }
    for row in rows:
        assert row["code"] in known.get(row["kind"], {row["code"]}) | {"-"}, row
    assert len({tuple(row.values()) for row in rows}) == len(rows)


@given(st.text(), SPACE)
def test_any_text_can_be_read_and_white_space_behind_it_changes_nothing(
    text: str, space: str
) -> None:
    assert read(text + space) == read(text)


@given(
    st.lists(
        st.sampled_from(WORDS),
        max_size=14,
    )
)
def test_any_jumble_of_known_words_reads_to_sane_wishes(pieces: list[str]) -> None:
    wishes = read("".join(pieces))
    assert (wishes.pay is None) == (wishes.pay_basis is None)
    assert wishes.pay is None or 150 <= wishes.pay <= 300_000
    assert wishes.experience_years is None or 0 < wishes.experience_years <= 60


def test_a_missing_table_says_which_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"work_words\.csv") as caught:
        read_lexicon(tmp_path)
    assert "MATCHER_DATA_DIR" in caught.value.remedy


FORKLIFT_IN_A_WAREHOUSE = {
    Language.ZH: "會開堆高機，想找前鎮的倉庫日班",
    Language.EN: "I can drive a forklift, looking for a warehouse job",
    Language.VI: "Biết lái xe nâng, muốn tìm việc kho",
    Language.ID: "bisa mengemudikan forklift, mencari kerja gudang",
    Language.TH: "ขับโฟล์คลิฟท์ได้ หางานคลังสินค้า",
}


@pytest.mark.parametrize("language", Language)
def test_the_same_work_is_read_in_every_language(language: Language) -> None:
    text = FORKLIFT_IN_A_WAREHOUSE[language]
    assert mentioned_occupations(text, lexicon=LEXICON) == ("8349", "4321")


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("不要做餐飲，想做清潔", ("9112",)),
        ("phụ bếp, không làm nhà hàng", ("9901",)),
        ("會計助理", ("4311",)),
        ("物流司機", ("8322",)),
        ("大貨車司機", ("8332",)),
        ("空調機電維護工程師", ("7127",)),
        ("設備保全", ("7233",)),
        ("夜班保全", ("5404",)),
        ("truck driver", ("8332",)),
        ("tiếng Hàn lưu loát", ()),
        ("hàn điện", ("7212",)),
        ("今天天氣很好", ()),
        ("", ()),
    ],
)
def test_work_words_are_read_by_the_longest_term_and_not_when_denied(
    text: str, codes: tuple[str, ...]
) -> None:
    assert mentioned_occupations(text, lexicon=LEXICON) == codes


def test_the_table_of_work_words_is_whole() -> None:
    with (FOLDER / "work_words.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    codes = [row["code"] for row in rows]
    assert len(codes) == len(set(codes))
    assert set(codes) - {"-"} <= set(REFERENCE.occupations)
    for row in rows:
        assert all(term.strip() == term and term for term in row["zh"].split("|")), row["code"]
        assert row["code"] == "-" or all(row[language] for language in Language), row["code"]


def test_an_occupation_is_called_what_people_call_it() -> None:
    assert common_names(["4321", "0100"], lexicon=LEXICON) == ("倉儲人員",)
