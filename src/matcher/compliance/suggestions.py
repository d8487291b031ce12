"""What to write instead of what a lint found: zh, en, vi, id, th, in this order."""

from __future__ import annotations

from collections.abc import Mapping

from matcher.compliance.findings import Code

_UNRELATED = (
    "刪除此條件，只寫工作所需的能力。",
    "Leave it out; say only what the work takes.",
    "Bỏ điều kiện này; chỉ nêu năng lực công việc cần.",
    "Hapus syarat ini; tulis hanya kemampuan yang dibutuhkan pekerjaan.",
    "ตัดเงื่อนไขนี้ออก ระบุเฉพาะความสามารถที่งานต้องใช้",
)
_FROM_WHERE = (
    "刪除；須確認工作資格時，改寫「須可在臺合法工作」。",
    'Leave it out; where the right to work matters, write "may lawfully work in Taiwan".',
    "Bỏ đi; nếu cần, viết “được phép làm việc hợp pháp tại Đài Loan”.",
    "Hapus; bila perlu tulis “boleh bekerja secara sah di Taiwan”.",
    "ตัดออก หากจำเป็นให้เขียนว่า “ทำงานในไต้หวันได้โดยถูกกฎหมาย”",
)
_LOOKS = (
    "刪除外貌條件；改寫「待客親切」或「須穿著制服」。",
    'Leave looks out; write "friendly to customers" or "a uniform is worn".',
    "Bỏ điều kiện ngoại hình; viết “thân thiện với khách” hoặc “mặc đồng phục”.",
    "Hapus syarat penampilan; tulis “ramah kepada pelanggan” atau “memakai seragam”.",
    "ตัดเงื่อนไขรูปลักษณ์ออก เขียนว่า “เป็นมิตรกับลูกค้า” หรือ “สวมเครื่องแบบ”",
)
_IN_ITS_FIELD = (
    "選擇正確的計薪方式，再填金額。",
    "Choose what the pay is paid for, then give the figure.",
    "Chọn đúng cách tính lương rồi nhập số tiền.",
    "Pilih dasar upah yang benar, lalu isi angkanya.",
    "เลือกประเภทค่าจ้างให้ถูกต้อง แล้วกรอกจำนวนเงิน",
)
_DISCLOSE = (
    "填寫薪資範圍，例如「月薪32,000至36,000元」。",
    'Give the range, such as "NT$32,000 to 36,000 a month".',
    "Nêu mức lương, ví dụ “32.000 đến 36.000 Đài tệ mỗi tháng”.",
    "Tulis kisarannya, misalnya “NT$32.000 sampai 36.000 per bulan”.",
    "ระบุช่วงค่าจ้าง เช่น “เดือนละ 32,000 ถึง 36,000 ดอลลาร์ไต้หวัน”",
)

SUGGESTIONS: Mapping[Code, tuple[str, str, str, str, str]] = {
    Code.RACE: _FROM_WHERE,
    Code.CLASS: _UNRELATED,
    Code.LANGUAGE: (
        "改寫所需程度，例如「能以英文開會」，不要求母語或口音。",
        'Say what must be done in it, such as "holds meetings in English"; ask for no accent.',
        "Nêu mức cần thiết, ví dụ “họp được bằng tiếng Anh”; không đòi giọng bản ngữ.",
        "Tulis tingkat yang perlu, misalnya “bisa rapat dalam bahasa Inggris”, tanpa syarat aksen.",
        "ระบุระดับที่ต้องใช้ เช่น “ประชุมเป็นภาษาอังกฤษได้” โดยไม่กำหนดสำเนียง",
    ),
    Code.THOUGHT: _UNRELATED,
    Code.RELIGION: _UNRELATED,
    Code.PARTY: _UNRELATED,
    Code.NATIVE_PLACE: _FROM_WHERE,
    Code.BIRTHPLACE: _FROM_WHERE,
    Code.SEX: (
        "刪除性別或兵役條件；改寫工作內容，例如「需搬運20公斤貨物」。",
        'Leave sex and military service out; say what is done, such as "lifts 20 kg".',
        "Bỏ điều kiện giới tính, nghĩa vụ quân sự; nêu việc làm, ví dụ “khuân hàng 20 kg”.",
        "Hapus syarat jenis kelamin dan wajib militer; tulis tugasnya, misalnya “angkat 20 kg”.",
        "ตัดเงื่อนไขเพศและการเกณฑ์ทหารออก ระบุงานที่ทำ เช่น “ยกของ 20 กก.”",
    ),
    Code.SEXUAL_ORIENTATION: _UNRELATED,
    Code.AGE: (
        "刪除年齡；改寫所需經驗或能力。法律另定年齡者，寫明該法條。",
        "Leave age out; ask for experience or ability. Where a law sets an age, name that law.",
        "Bỏ tuổi; nêu kinh nghiệm hoặc năng lực. Nếu luật quy định tuổi, ghi rõ luật đó.",
        "Hapus usia; tulis pengalaman atau kemampuan. Bila ada undang-undang soal usia, sebutkan.",
        "ตัดอายุออก ระบุประสบการณ์หรือความสามารถ หากกฎหมายกำหนดอายุ ให้ระบุกฎหมายนั้น",
    ),
    Code.MARRIAGE: (
        "刪除婚姻狀況；需輪班或出差者直接寫明。",
        "Leave marriage out; if there are shifts or travel, say so.",
        "Bỏ tình trạng hôn nhân; nếu phải làm ca hoặc đi công tác thì nêu rõ.",
        "Hapus status pernikahan; bila ada giliran kerja atau dinas luar, tuliskan.",
        "ตัดสถานภาพสมรสออก หากต้องเข้ากะหรือเดินทางให้ระบุตรง ๆ",
    ),
    Code.APPEARANCE: _LOOKS,
    Code.FEATURES: _LOOKS,
    Code.DISABILITY: (
        "改寫工作動作，例如「需久站、搬重20公斤」。",
        'Say what the work takes, such as "stands for long, lifts 20 kg".',
        "Nêu thao tác công việc, ví dụ “đứng lâu, nâng 20 kg”.",
        "Tulis gerakan kerjanya, misalnya “berdiri lama, angkat 20 kg”.",
        "ระบุลักษณะงาน เช่น “ยืนนาน ยกของ 20 กก.”",
    ),
    Code.HOROSCOPE: _UNRELATED,
    Code.BLOOD_TYPE: _UNRELATED,
    Code.UNION: _UNRELATED,
    Code.DOCUMENTS: (
        "刪除；可改寫「報到時出示證件，核對後當場歸還」。",
        'Leave it out; write "papers are shown on the first day and given back at once".',
        "Bỏ đi; viết “xuất trình giấy tờ khi nhận việc và được trả lại ngay”.",
        "Hapus; tulis “dokumen ditunjukkan saat mulai kerja dan langsung dikembalikan”.",
        "ตัดออก เขียนว่า “แสดงเอกสารวันเริ่มงานและคืนให้ทันที”",
    ),
    Code.PRIVATE_DATA: (
        "刪除；法律要求者（如保全、幼教）寫明法律名稱，錄取後再提供。",
        "Leave it out; where a law asks for it (guards, nurseries), name it, and ask once hired.",
        "Bỏ đi; nếu luật yêu cầu (bảo vệ, mầm non) thì ghi rõ luật và nộp sau khi trúng tuyển.",
        "Hapus; bila undang-undang meminta (satpam, PAUD), sebutkan, dan minta setelah diterima.",
        "ตัดออก หากกฎหมายกำหนด (รปภ. อนุบาล) ให้ระบุกฎหมาย และขอหลังรับเข้าทำงาน",
    ),
    Code.DEPOSIT: (
        "刪除；不得收取保證金或扣留工資、財物。",
        "Leave it out; neither a deposit nor wages or belongings may be kept.",
        "Bỏ đi; không được thu tiền đặt cọc hay giữ lương, tài sản.",
        "Hapus; uang jaminan, upah, atau barang tidak boleh ditahan.",
        "ตัดออก ห้ามเก็บเงินประกันหรือยึดค่าจ้างและทรัพย์สิน",
    ),
    Code.PAY_NOT_STATED: _DISCLOSE,
    Code.PAY_WITHHELD: _DISCLOSE,
    Code.PAY_CONTRADICTS: _DISCLOSE,
    Code.HOURLY_IN_MONTHLY_FIELD: _IN_ITS_FIELD,
    Code.DAILY_IN_MONTHLY_FIELD: _IN_ITS_FIELD,
    Code.PAY_BELOW_MINIMUM: (
        "調至最低工資以上；部分工時者改填時薪。",
        "Raise it to the minimum wage; for part-time work give pay by the hour.",
        "Nâng lên mức tối thiểu; việc bán thời gian thì ghi lương giờ.",
        "Naikkan ke upah minimum; untuk paruh waktu tulis upah per jam.",
        "ปรับให้ไม่ต่ำกว่าขั้นต่ำ งานพาร์ตไทม์ให้ระบุค่าจ้างรายชั่วโมง",
    ),
}
