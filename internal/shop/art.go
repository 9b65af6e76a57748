package shop

import "strings"

// art is the drawing that stands for a product without a picture.
type art struct {
	Motif string
	Tone  int64 // one of the grounds
}

// tones is how many grounds the style sheet has.
const tones = 6

// artOf chooses by the words of the product's name and search words, which goes
// from the special to the general.
func artOf(p product) art {
	motifs := []struct{ motif, words string }{
		{"teapot", "急須 鉄瓶 ポット やかん"},
		{"bowl", "椀 茶碗 どんぶり 鉢 食器"},
		{"apron", "エプロン 前掛け シャツ 服"},
		{"cloth", "手ぬぐい 手拭い ふきん タオル 風呂敷"},
		{"leaf", "お茶 煎茶 緑茶 紅茶 ほうじ茶"},
		{"card", "はがき ハガキ 便箋 封筒 ノート 文具"},
		{"sweet", "アイス ジェラート 菓子 羊羹 ケーキ"},
	}
	for _, text := range []string{p.Name, p.words} {
		for _, m := range motifs {
			for word := range strings.FieldsSeq(m.words) {
				if strings.Contains(text, word) {
					return art{m.motif, p.ID % tones}
				}
			}
		}
	}
	return art{"parcel", p.ID % tones}
}
