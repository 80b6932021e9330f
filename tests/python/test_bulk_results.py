"""The results of bulk runs: `SendResult` and `CreateResult`."""

from __future__ import annotations

import copy
import pickle

import pytest
import zexa

MESSAGE = zexa.Message(id="msg_1", status="queued", to="+244912345678", body="the code is 4711")
RESULTS = [
    zexa.SendResult(index=3, idempotency_key="june-3", message=MESSAGE, recorded=True),
    zexa.SendResult(index=4, error=zexa.InDoubtError("unclear", outcome="unknown"), outcome="unknown"),
    zexa.CreateResult(index=5, exists=True, outcome="rejected"),
]


@pytest.mark.parametrize("result", RESULTS, ids=str)
def test_results_can_be_copied_and_compared(result: zexa.SendResult | zexa.CreateResult) -> None:
    for same in (pickle.loads(pickle.dumps(result)), copy.copy(result), copy.deepcopy(result)):
        assert same == result
        assert hash(same) == hash(result)
        assert repr(same) == repr(result)
    assert [result == other for other in RESULTS].count(True) == 1
    with pytest.raises(AttributeError):
        result.index = 7  # type: ignore[misc]


def test_the_repr_of_a_result_is_safe() -> None:
    assert repr(RESULTS[0]) == (
        "SendResult(index=3, idempotency_key='june-3', outcome='accepted', "
        "message=Message(id='msg_1', status='queued', to='***78', body=(16 characters)), recorded=True)"
    )
    assert repr(RESULTS[1]) == "SendResult(index=4, outcome='unknown', error=InDoubtError('unclear'))"
    assert repr(RESULTS[2]) == "CreateResult(index=5, outcome='rejected', exists=True)"


def test_results_of_the_wrong_type() -> None:
    with pytest.raises(TypeError, match="argument 'message' must be Message, not str"):
        zexa.SendResult(index=0, message="msg_1")  # type: ignore[arg-type]
