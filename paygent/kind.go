package paygent

// Kind is a telegram kind (電文種別ID), three digits (protocol.md §5.0).
type Kind string

// Kinds of the payment methods in the manual. The centre knows more; Client.Do sends any.
const (
	KindATM                  Kind = "010" // ATM決済申込
	KindAuthorize            Kind = "020" // カード決済オーソリ
	KindCancelAuthorization  Kind = "021" // カード決済オーソリキャンセル
	KindCapture              Kind = "022" // カード決済売上
	KindCancelCapture        Kind = "023" // カード決済売上キャンセル
	KindThreeDSComplete      Kind = "024" // カード決済3Dオーソリ (3-D Secure 1.0)
	KindStoreCard            Kind = "025" // カード情報設定
	KindDeleteCard           Kind = "026" // カード情報削除
	KindListCards            Kind = "027" // カード情報照会
	KindCorrectAuthorization Kind = "028" // カード決済補正オーソリ
	KindCorrectCapture       Kind = "029" // カード決済補正売上
	KindConveni              Kind = "030" // コンビニ決済(番号方式)申込
	KindBank                 Kind = "060" // 銀行ネット決済ASP申込
	KindList                 Kind = "090" // 決済情報一覧照会
	KindDifference           Kind = "091" // 決済情報差分照会
	KindInquire              Kind = "094" // 決済情報照会
	KindCareer               Kind = "100" // 携帯キャリア決済申込
	KindCareerCapture        Kind = "101" // 携帯キャリア決済売上
	KindCareerCancel         Kind = "102" // 携帯キャリア決済取消
	KindCareerChange         Kind = "103" // 携帯キャリア決済補正
	KindCareerAuthenticate   Kind = "104" // 携帯キャリア決済ユーザ認証
	KindPaidyCancel          Kind = "340" // Paidyオーソリキャンセル
	KindPaidyCapture         Kind = "341" // Paidy売上
	KindPaidyRefund          Kind = "342" // Paidy返金
	KindPaidyVerify          Kind = "343" // Paidy決済情報検証
	KindThreeDSecure         Kind = "450" // 3Dセキュア2.0認証
)

// KindLink stands for a request of the link type, which is no telegram and has no number.
const KindLink Kind = "link"

// Name is the kind's Japanese name, or the code of a kind not listed above.
func (k Kind) Name() string {
	switch k {
	case KindATM:
		return "ATM決済申込"
	case KindAuthorize:
		return "カード決済オーソリ"
	case KindCancelAuthorization:
		return "カード決済オーソリキャンセル"
	case KindCapture:
		return "カード決済売上"
	case KindCancelCapture:
		return "カード決済売上キャンセル"
	case KindThreeDSComplete:
		return "カード決済3Dオーソリ"
	case KindStoreCard:
		return "カード情報設定"
	case KindDeleteCard:
		return "カード情報削除"
	case KindListCards:
		return "カード情報照会"
	case KindCorrectAuthorization:
		return "カード決済補正オーソリ"
	case KindCorrectCapture:
		return "カード決済補正売上"
	case KindConveni:
		return "コンビニ決済(番号方式)申込"
	case KindBank:
		return "銀行ネット決済ASP申込"
	case KindLink:
		return "リンク型決済"
	}
	return k.laterName()
}

func (k Kind) laterName() string {
	switch k {
	case KindList:
		return "決済情報一覧照会"
	case KindDifference:
		return "決済情報差分照会"
	case KindInquire:
		return "決済情報照会"
	case KindCareer:
		return "携帯キャリア決済申込"
	case KindCareerCapture:
		return "携帯キャリア決済売上"
	case KindCareerCancel:
		return "携帯キャリア決済取消"
	case KindCareerChange:
		return "携帯キャリア決済補正"
	case KindCareerAuthenticate:
		return "携帯キャリア決済ユーザ認証"
	case KindPaidyCancel:
		return "Paidyオーソリキャンセル"
	case KindPaidyCapture:
		return "Paidy売上"
	case KindPaidyRefund:
		return "Paidy返金"
	case KindPaidyVerify:
		return "Paidy決済情報検証"
	case KindThreeDSecure:
		return "3Dセキュア2.0認証"
	}
	return string(k)
}
