package dev.callgate

import kotlin.io.encoding.Base64

/** Whose token it is. Not verified: it only keeps one user's call from being repeated as another's. */
internal data class TokenUser(val id: String?, val tenant: String?)

/** Whose token this is, nothing if it is no JWT. */
internal fun userOf(token: String): TokenUser? = try {
    val claims = token.split('.').getOrNull(1)?.let { parseJson(BASE64.decode(it).decodeToString(throwOnInvalidSequence = true)) }
    (claims as? Map<*, *>)?.let { TokenUser(it["sub"] as? String, (it["firebase"] as? Map<*, *>)?.get("tenant") as? String) }
} catch (_: IllegalArgumentException) {
    null
} catch (_: CharacterCodingException) {
    null
}

private val BASE64 = Base64.UrlSafe.withPadding(Base64.PaddingOption.ABSENT_OPTIONAL)
