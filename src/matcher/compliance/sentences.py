"""What each finding says to staff and what to write instead: zh, en, vi, id, th, in this order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matcher.compliance.findings import GROUNDS, RULES, Act, Code, Rule, Severity
from matcher.compliance.suggestions import SUGGESTIONS
from matcher.entities import Language

Row = tuple[str, str, str, str, str]

NAMES: Mapping[Code, Row] = {
    Code.RACE: ("種族", "race", "chủng tộc", "ras", "เชื้อชาติ"),
    Code.CLASS: ("階級", "class", "giai cấp", "kelas sosial", "ชนชั้น"),
    Code.LANGUAGE: ("語言", "language", "ngôn ngữ", "bahasa", "ภาษา"),
    Code.THOUGHT: ("思想", "thought", "tư tưởng", "pemikiran", "ความคิด"),
    Code.RELIGION: ("宗教", "religion", "tôn giáo", "agama", "ศาสนา"),
    Code.PARTY: ("黨派", "party", "đảng phái", "partai", "พรรคการเมือง"),
    Code.NATIVE_PLACE: ("籍貫", "place of origin", "nguyên quán", "daerah asal", "ถิ่นกำเนิดเดิม"),
    Code.BIRTHPLACE: ("出生地", "place of birth", "nơi sinh", "tempat lahir", "สถานที่เกิด"),
    Code.SEX: ("性別", "sex", "giới tính", "jenis kelamin", "เพศ"),
    Code.SEXUAL_ORIENTATION: (
        "性傾向",
        "sexual orientation",
        "khuynh hướng tính dục",
        "orientasi seksual",
        "รสนิยมทางเพศ",
    ),
    Code.AGE: ("年齡", "age", "tuổi tác", "usia", "อายุ"),
    Code.MARRIAGE: ("婚姻", "marriage", "hôn nhân", "pernikahan", "การสมรส"),
    Code.APPEARANCE: ("容貌", "appearance", "ngoại hình", "penampilan", "รูปลักษณ์"),
    Code.FEATURES: ("五官", "facial features", "ngũ quan", "raut wajah", "หน้าตา"),
    Code.DISABILITY: ("身心障礙", "disability", "khuyết tật", "disabilitas", "ความพิการ"),
    Code.HOROSCOPE: ("星座", "horoscope", "cung hoàng đạo", "zodiak", "ราศี"),
    Code.BLOOD_TYPE: ("血型", "blood type", "nhóm máu", "golongan darah", "กรุ๊ปเลือด"),
    Code.UNION: (
        "工會會員身分",
        "union membership",
        "tư cách đoàn viên công đoàn",
        "keanggotaan serikat pekerja",
        "สมาชิกภาพสหภาพแรงงาน",
    ),
}
"""The protected grounds."""

GROUND: Mapping[Severity, Row] = {
    Severity.FORBIDDEN: (
        "以{ground}為條件，法律不允許。",
        "Makes {ground} a condition, which the law does not allow.",
        "Đặt {ground} làm điều kiện, luật không cho phép.",
        "Menjadikan {ground} sebagai syarat, yang tidak diizinkan undang-undang.",
        "ตั้ง{ground}เป็นเงื่อนไข ซึ่งกฎหมายไม่อนุญาต",
    ),
    Severity.CHECK: (
        "可能以{ground}為條件，請人工確認；其他法律有明文規定者，從其規定。",
        "May make {ground} a condition; look at it. Where another law asks for it, that law holds.",
        "Có thể đặt {ground} làm điều kiện; cần xem lại. Nếu luật khác quy định thì theo luật đó.",
        "Mungkin menjadikan {ground} sebagai syarat; periksa. Undang-undang lain yang "
        "mensyaratkannya tetap berlaku.",
        "อาจตั้ง{ground}เป็นเงื่อนไข โปรดตรวจสอบ หากกฎหมายอื่นกำหนดไว้ ให้เป็นไปตามนั้น",
    ),
}
MESSAGES: Mapping[Code, Row] = {
    Code.DOCUMENTS: (
        "留置身分證或其他證件。",
        "Keeps an identity card or other documents.",
        "Giữ giấy tờ tùy thân hoặc giấy tờ khác.",
        "Menahan KTP atau dokumen lain.",
        "ยึดบัตรประชาชนหรือเอกสารอื่น",
    ),
    Code.PRIVATE_DATA: (
        "要求的隱私資料可能非屬就業所需，請人工確認。",
        "Asks for private data that the work may not need; look at it.",
        "Yêu cầu dữ liệu riêng tư mà công việc có thể không cần; cần xem lại.",
        "Meminta data pribadi yang mungkin tidak diperlukan pekerjaan; periksa.",
        "ขอข้อมูลส่วนตัวที่งานอาจไม่จำเป็นต้องใช้ โปรดตรวจสอบ",
    ),
    Code.DEPOSIT: (
        "扣留財物、工資或收取保證金。",
        "Takes a deposit or keeps back money.",
        "Thu tiền đặt cọc hoặc giữ lại tiền.",
        "Memungut uang jaminan atau menahan uang.",
        "เก็บเงินประกันหรือยึดหน่วงเงิน",
    ),
    Code.PAY_NOT_STATED: (
        "未揭示薪資；經常性薪資未達4萬元者必須揭示範圍。",
        "Says nothing of pay; under NT$40,000 a month the range must be disclosed.",
        "Không nêu lương; dưới 40.000 Đài tệ mỗi tháng phải công khai mức lương.",
        "Tidak menyebut upah; di bawah NT$40.000 per bulan kisarannya wajib diumumkan.",
        "ไม่ได้ระบุค่าจ้าง หากต่ำกว่า 40,000 ดอลลาร์ไต้หวันต่อเดือนต้องเปิดเผยช่วงค่าจ้าง",
    ),
    Code.PAY_WITHHELD: (
        "薪資面議，僅限經常性薪資達4萬元；請向雇主確認。",
        "Pay is left open, allowed from NT$40,000 a month only; ask the employer.",
        "Lương thỏa thuận chỉ được phép từ 40.000 Đài tệ mỗi tháng; hãy hỏi chủ sử dụng lao động.",
        "Upah dinegosiasikan hanya boleh mulai NT$40.000 per bulan; tanyakan kepada pemberi kerja.",
        "ค่าจ้างตามตกลงทำได้เฉพาะตั้งแต่ 40,000 ดอลลาร์ไต้หวันต่อเดือน โปรดสอบถามนายจ้าง",
    ),
    Code.PAY_CONTRADICTS: (
        "薪資欄為面議（表示達4萬元），內文卻寫較低的金額。",
        "The pay field is left open, which claims NT$40,000, but the text names less.",
        "Mục lương ghi thỏa thuận (tức từ 40.000 Đài tệ) nhưng nội dung nêu mức thấp hơn.",
        "Kolom upah dinegosiasikan (berarti NT$40.000) tetapi teks menyebut angka lebih rendah.",
        "ช่องค่าจ้างระบุตามตกลง (หมายถึง 40,000) แต่ข้อความระบุจำนวนต่ำกว่า",
    ),
    Code.HOURLY_IN_MONTHLY_FIELD: (
        "月薪欄的金額像是時薪，求職者無法得知薪資。",
        "The monthly field holds what looks like pay by the hour; readers cannot tell the pay.",
        "Mục lương tháng có vẻ là lương giờ; người đọc không biết mức lương.",
        "Kolom upah bulanan tampaknya berisi upah per jam; pembaca tidak tahu upahnya.",
        "ช่องเงินเดือนดูเหมือนเป็นค่าจ้างรายชั่วโมง ผู้อ่านไม่ทราบค่าจ้างที่แท้จริง",
    ),
    Code.DAILY_IN_MONTHLY_FIELD: (
        "月薪欄的金額像是日薪，求職者無法得知薪資。",
        "The monthly field holds what looks like pay by the day; readers cannot tell the pay.",
        "Mục lương tháng có vẻ là lương ngày; người đọc không biết mức lương.",
        "Kolom upah bulanan tampaknya berisi upah harian; pembaca tidak tahu upahnya.",
        "ช่องเงินเดือนดูเหมือนเป็นค่าจ้างรายวัน ผู้อ่านไม่ทราบค่าจ้างที่แท้จริง",
    ),
    Code.PAY_BELOW_MINIMUM: (
        "低於最低工資。",
        "Is below the minimum wage.",
        "Thấp hơn lương tối thiểu.",
        "Di bawah upah minimum.",
        "ต่ำกว่าค่าจ้างขั้นต่ำ",
    ),
}
LOOK: Row = (
    "請人工確認工時與金額。",
    "Check the hours and the figure.",
    "Cần kiểm tra giờ làm và số tiền.",
    "Periksa jam kerja dan jumlahnya.",
    "โปรดตรวจสอบชั่วโมงทำงานและจำนวนเงิน",
)
"""Added where pay may be too low."""

REFUSAL: Row = (
    "不得以{grounds}作為推介條件（{rule}）。",
    "{grounds} may not be a criterion ({rule}).",
    "Không được lấy {grounds} làm tiêu chí ({rule}).",
    "{grounds} tidak boleh menjadi kriteria ({rule}).",
    "ห้ามใช้{grounds}เป็นเกณฑ์ ({rule})",
)
ACTS: Mapping[Act, Row] = {
    Act.EMPLOYMENT_SERVICE: (
        "就業服務法",
        "Employment Service Act",
        "Luật Dịch vụ Việc làm",
        "Undang-Undang Layanan Ketenagakerjaan",
        "กฎหมายบริการจัดหางาน",
    ),
    Act.MINIMUM_WAGE: (
        "最低工資法",
        "Minimum Wage Act",
        "Luật Lương Tối thiểu",
        "Undang-Undang Upah Minimum",
        "กฎหมายค่าจ้างขั้นต่ำ",
    ),
}
SECTION: Row = ("第{}條", ", section {}", ", Điều {}", ", Pasal {}", " มาตรา {}")
PARAGRAPH: Row = ("第{}項", ", paragraph {}", ", khoản {}", ", ayat {}", " วรรค {}")
NUMBER: Row = ("第{}款", ", number {}", ", điểm {}", ", butir {}", " ข้อ {}")
_COLUMNS = {language: column for column, language in enumerate(Language)}


def message(code: Code, severity: Severity, language: Language) -> str:
    """What a finding says."""
    if code in GROUNDS:
        return _in(GROUND[severity], language).format(ground=_in(NAMES[code], language))
    said = _in(MESSAGES[code], language)
    if code is Code.PAY_BELOW_MINIMUM and severity is Severity.CHECK:
        return f"{said}{'' if language is Language.ZH else ' '}{_in(LOOK, language)}"
    return said


def ground_name(code: Code, language: Language) -> str:
    """The name of a protected ground; empty for the other rules."""
    return _in(NAMES[code], language) if code in NAMES else ""


def suggestion(code: Code, language: Language) -> str:
    """What to write instead."""
    return _in(SUGGESTIONS[code], language)


def citation(rule: Rule, language: Language) -> str:
    """The act, section, paragraph and number, as they are cited in that language."""
    parts = ((SECTION, rule.section), (PARAGRAPH, rule.paragraph), (NUMBER, rule.number))
    return _in(ACTS[rule.act], language) + "".join(
        _in(words, language).format(number) for words, number in parts if number is not None
    )


def refusal(grounds: Sequence[Code], language: Language) -> tuple[str, str]:
    """Why a criterion that asks for `grounds` is refused, and what to ask for instead."""
    names = ("、" if language is Language.ZH else ", ").join(
        _in(NAMES[code], language) for code in grounds
    )
    said = _in(REFUSAL, language).format(grounds=names, rule=citation(RULES[grounds[0]], language))
    return said[:1].upper() + said[1:], suggestion(grounds[0], language)


def _in(row: Row, language: Language) -> str:
    return row[_COLUMNS[language]]
