"""How a Python program calls the votes, with grpcio: main.py http://localhost:8080"""

import json
import sys
import time
import urllib.request
from urllib.parse import urlsplit

import grpc
from google.rpc.error_details_pb2 import ErrorInfo
from grpc_status import rpc_status

# Made from the protos: python -m grpc_tools.protoc --python_out=. --grpc_python_out=. ..
from profiles.v1 import profiles_pb2, profiles_pb2_grpc
from votes.v1 import votes_pb2, votes_pb2_grpc


def main(origin: str) -> None:
    # Against a real service: grpc.secure_channel(host, grpc.ssl_channel_credentials()).
    with grpc.insecure_channel(urlsplit(origin).netloc) as channel:
        votes = votes_pb2_grpc.VoteServiceStub(channel)
        cats = votes_pb2.CastVoteRequest(candidate=votes_pb2.CANDIDATE_CATS)

        # Without a token it is refused, and the refusal says why.
        try:
            votes.CastVote(cats, timeout=60)
        except grpc.RpcError as error:
            print("refusal:", reason(error))

        # The stream: the results as they are, then after each change.
        watch = votes.WatchResults(votes_pb2.WatchResultsRequest(), timeout=60)
        before = next(watch)

        # With a user's token it is taken.
        id_token = sign_up(origin)
        as_user = [("authorization", f"Bearer {id_token}")]
        cast = votes.CastVote(cats, metadata=as_user, timeout=60)
        print("vote:", cast.results.cats)
        after = next(watch)
        print("stream:", before.results.cats, after.results.cats)

        # A stream that is open ends when its user is gone, and says why.
        profiles = profiles_pb2_grpc.ProfileServiceStub(channel)
        profile = profiles.WatchMyProfile(profiles_pb2.WatchMyProfileRequest(), metadata=as_user, timeout=60)
        next(profile)
        identity(origin, "accounts:delete", idToken=id_token)
        try:
            for _ in profile:
                pass
        except grpc.RpcError as error:
            print("end:", reason(error))


def reason(error: grpc.RpcError) -> str:
    """The gate's reason for a refusal."""
    status = rpc_status.from_call(error)
    for detail in status.details if status else []:
        info = ErrorInfo()
        if detail.Unpack(info) and info.domain == "callgate":
            return info.reason
    raise error


def sign_up(origin: str) -> str:
    """Signs a new user up, and returns the ID token. An app does this with Firebase's SDK."""
    email = f"python-{time.time_ns()}@example.com"
    user = identity(origin, "accounts:signUp", email=email, password="correct horse", returnSecureToken=True)
    return user["idToken"]


def identity(origin: str, method: str, **request) -> dict:
    """Calls the identity provider: https://identitytoolkit.googleapis.com/ where it is Google's."""
    url = f"{origin}/identitytoolkit.googleapis.com/v1/{method}?key=local"
    body = json.dumps(request).encode()
    with urllib.request.urlopen(urllib.request.Request(url, body, {"content-type": "application/json"})) as answer:
        return json.load(answer)


main(sys.argv[1])
