import pytest

from service.language import LanguageModel


@pytest.fixture(scope="module")
def model() -> LanguageModel:
    return LanguageModel()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Could you please refund one of the two payments?", "en"),
        ("Seit dem letzten Update kann ich mich nicht anmelden.", "de"),
        ("où est ma facture du mois dernier ?", "fr"),
        ("注文した商品がまだ届きません。", "ja"),
        ("الطابعة لا تعمل منذ أمس", "ar"),
    ],
)
def test_detects_language(model: LanguageModel, text: str, code: str) -> None:
    language = model.detect(text)

    assert language.code == code
    assert 0.5 < language.confidence <= 1


@pytest.mark.parametrize("text", ["4711", "😀", "-", "\x00"])
def test_no_words_undetermined(model: LanguageModel, text: str) -> None:
    assert model.detect(text).code == "und"
